// A number for a socket of the shim. Rules as in connection.c.
#include "numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "../table/place.h"
#include "kernel.h"

// Private descriptors start here: above what programs use, and below where the kernel's descriptor table, which every
// fork copies, would grow.
#define PRIVATE_FROM 960

#define BEYOND 64  // how far above the hard limit

static long limit(struct rlimit64 *old, const struct rlimit64 *new) {
  return dcp_kernel(SYS_prlimit64, 0, RLIMIT_NOFILE, new, old);
}

unsigned long dcp_number_limit(void) {
  struct rlimit64 now = {0, 0};
  limit(&now, NULL);
  return now.rlim_cur;
}

// Lets this process have numbers from NOW's soft limit on, until it is put back: to the hard limit, or above it, where
// the process may do that.
static bool raise_limit(const struct rlimit64 *now) {
  rlim64_t top = now->rlim_cur < now->rlim_max ? now->rlim_max : now->rlim_max + BEYOND;
  const struct rlimit64 raised = {top, top};
  return limit(NULL, &raised) == 0;
}

static long new_socket(void) { return dcp_kernel(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); }

// LOW's duplicate on a number of PRIVATE_FROM and above, or near the limit; negative errno.
static long moved_below(long low, rlim64_t soft) {
  if (soft <= 64) {
    return -EINVAL;
  }
  return dcp_kernel(SYS_fcntl, low, F_DUPFD_CLOEXEC, soft > PRIVATE_FROM + 32 ? PRIVATE_FROM : (long)soft - 32);
}

int dcp_private_socket(void) {
  struct rlimit64 now = {0, 0};
  limit(&now, NULL);
  bool raised = false;
  long fd = new_socket();
  if (fd == -EMFILE) {
    raised = raise_limit(&now);
    fd = raised ? new_socket() : fd;
  } else if (fd >= 0) {
    long moved = moved_below(fd, now.rlim_cur);
    if (moved < 0 && now.rlim_cur < DCP_FD_TABLE / 2) {
      raised = raise_limit(&now);
      moved = raised ? dcp_kernel(SYS_fcntl, fd, F_DUPFD_CLOEXEC, now.rlim_cur) : moved;
    }
    if (moved >= 0) {
      dcp_kernel(SYS_close, fd);
      fd = moved;
    }
  }
  if (raised) {
    limit(NULL, &now);
  }
  return (int)fd;
}
