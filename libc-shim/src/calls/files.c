// Opening by path. What is the tree's is opened by the agent, afresh for each call, and its descriptor passed here.
//
// Rules for every file in src/calls: a wrapper first decides (place.h, some nanoseconds if the call is not ours), and
// calls the next definition by DCP_REAL, never an intercepted name itself: the program's own preload may have it, and
// would come back here. No allocation but where libc's own call allocates. errno as libc leaves it.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/region.h"
#include "calls.h"
#include "native.h"
#include "old-names.h"
#include "real.h"

// 0 and *FD, 1 native, -1.
static int open_by_agent(int dirfd, const char *path, int flags, mode_t mode, int *fd) {
  struct dcp_request request = {.operation = DCP_OP(OPEN),
                                .directory = dirfd,
                                .path = path,
                                .flags = (uint32_t)flags,
                                .mode = mode & 07777,
                                .close_on_exec = (flags & O_CLOEXEC) != 0};
  struct dcp_answer answer = {0};
  if (dcp_ask(&request, &answer) != 0) {
    return -1;
  }
  if (answer.native) {
    return 1;
  }
  if (answer.error != 0) {
    errno = answer.error;
    return -1;
  }
  if ((flags & (O_CREAT | O_TRUNC)) != 0) {
    dcp_fd_attributes_stale();
  }
  *fd = answer.descriptor;
  dcp_fd_opened(*fd, answer.has_attributes ? &answer.attributes : NULL);
  return 0;
}

// The kernel looks for a free number before it makes or empties a file, so we do. False with errno EMFILE.
static bool has_free_number(void) {
  long fd = dcp_kernel(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) {
    dcp_kernel(SYS_close, fd);
  } else if (fd == -EMFILE) {
    errno = EMFILE;
    return false;
  }
  return true;  // or 0 is not open, and so free
}

// Flags that the kernel refuses before it looks at the path; an empty path is never found.
static bool are_refused(int flags, mode_t mode) { return dcp_kernel(SYS_openat, AT_FDCWD, "", flags, mode) != -ENOENT; }

int dcp_await_lease(int dirfd, const char *path, int flags) {
  flags &= ~(O_CREAT | O_EXCL | O_TRUNC);
  int fd = dcp_native_openat(dirfd, path, flags | O_CLOEXEC, 0);
  return fd < 0 ? -1 : dcp_native_close(fd);
}

// What changes nothing the kernel opens on the mirror, as long as that has everything.
static bool may_open_natively(int flags) {
  return (flags & (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))) == O_RDONLY && !dcp_region_cold();
}

static int open_natively(int dirfd, const char *path, int flags) {
  int fd = dcp_native_openat(dirfd, path, flags, 0);
  if (fd >= 0) {
    dcp_fd_forget(fd);
  }
  return fd;
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode) {
  int fd;
  if (dcp_path_is_ours(dirfd, path)) {
    if (may_open_natively(flags)) {
      return open_natively(dirfd, path, flags);
    }
    bool is_odd =
        (flags & O_TMPFILE & ~O_DIRECTORY) != 0 || (flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY);
    if (is_odd && are_refused(flags, mode)) {
      return dcp_native_openat(dirfd, path, flags, mode);
    }
    if ((flags & (O_CREAT | O_TRUNC)) != 0 && !has_free_number()) {
      return -1;
    }
    int result = open_by_agent(dirfd, path, flags, mode, &fd);
    while (result < 0 && errno == EAGAIN && (flags & (O_NONBLOCK | O_PATH)) == 0) {
      if (dcp_await_lease(dirfd, path, flags) != 0) {
        return -1;
      }
      result = open_by_agent(dirfd, path, flags, mode, &fd);
    }
    if (result <= 0) {
      return result < 0 ? -1 : fd;
    }
  }
  return dcp_native_openat(dirfd, path, flags, mode);
}

int dcp_openat(int dirfd, const char *path, int flags, mode_t mode) {
  return DCP_WITH_NUMBER(open_at(dirfd, path, flags, mode));
}

// The mode argument is there only with O_CREAT or O_TMPFILE.
#define MODE_ARGUMENT(flags, mode)                                  \
  mode_t mode = 0;                                                  \
  if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) { \
    va_list arguments;                                              \
    va_start(arguments, flags);                                     \
    mode = va_arg(arguments, mode_t);                               \
    va_end(arguments);                                              \
  }

DCP_EXPORT int open(const char *path, int flags, ...) {
  MODE_ARGUMENT(flags, mode)
  return dcp_openat(AT_FDCWD, path, flags, mode);
}
DCP_ALIAS(int, open64, open, (const char *path, int flags, ...));
DCP_ALIAS(int, __open, open, (const char *path, int flags, ...));
DCP_ALIAS(int, __open64, open, (const char *path, int flags, ...));

DCP_EXPORT int openat(int dirfd, const char *path, int flags, ...) {
  MODE_ARGUMENT(flags, mode)
  return dcp_openat(dirfd, path, flags, mode);
}
DCP_ALIAS(int, openat64, openat, (int dirfd, const char *path, int flags, ...));

// The fortified forms: without O_CREAT, or libc aborts the program.
DCP_EXPORT int __open_2(const char *path, int flags) {
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE || !dcp_path_is_ours(AT_FDCWD, path)) {
    return DCP_REAL(__open_2)(path, flags);
  }
  return dcp_openat(AT_FDCWD, path, flags, 0);
}
DCP_ALIAS(int, __open64_2, __open_2, (const char *path, int flags));

DCP_EXPORT int __openat_2(int dirfd, const char *path, int flags) {
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE || !dcp_path_is_ours(dirfd, path)) {
    return DCP_REAL(__openat_2)(dirfd, path, flags);
  }
  return dcp_openat(dirfd, path, flags, 0);
}
DCP_ALIAS(int, __openat64_2, __openat_2, (int dirfd, const char *path, int flags));

DCP_EXPORT int creat(const char *path, mode_t mode) {
  return dcp_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
DCP_ALIAS(int, creat64, creat, (const char *path, mode_t mode));
