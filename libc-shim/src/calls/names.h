// The working directory and what leads to names, for the other families.
#ifndef DCP_CALLS_NAMES_H
#define DCP_CALLS_NAMES_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#include "../table/place.h"

int dcp_chdir(const char *path);
int dcp_fchdir(int fd);
int dcp_chroot(const char *path);
ssize_t dcp_readlinkat(int dirfd, const char *path, char *into, size_t size);

int dcp_ready_to_watch(int dirfd, const char *path, uint32_t prepare);

// dcp_prepare for a call whose own failure is wanted, not the agent's word of it.
// 0: make the native call. -1: EIO or EPROTO, the agent did not answer.
static inline int dcp_ready(int dirfd, const char *path, uint32_t prepare) {
  int before = errno;
  if (dcp_prepare(dirfd, path, prepare) < 0 && (errno == EIO || errno == EPROTO)) return -1;
  errno = before;
  return 0;
}

#endif
