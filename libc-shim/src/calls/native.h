// The native form of the calls that programs make most, without the way through libc: after a system call the processor
// has forgotten where indirect jumps go, so that one more costs 15 to 20 ns, as much as all else that we add. Only
// calls that libc passes on as they are; those that are cancellation points only while the program has one thread
// (nobody can cancel it). Our place is last before libc, so no other preload is left out.
#ifndef DCP_CALLS_NATIVE_H
#define DCP_CALLS_NATIVE_H

#include <errno.h>
#include <fcntl.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "real.h"

static inline int dcp_native_result(long result) {
  if (__builtin_expect(result < 0, 0)) {
    errno = (int)-result;
    return -1;
  }
  return (int)result;
}

// A call that makes a descriptor, made again if the shim's own have the numbers that it lacks.
#define DCP_WITH_NUMBER(call)                                                              \
  __extension__({                                                                          \
    __typeof__(call) made = (call);                                                        \
    if (__builtin_expect((long)made < 0 && errno == EMFILE, 0) && dcp_link_step_aside()) { \
      made = (call);                                                                       \
    }                                                                                      \
    made;                                                                                  \
  })

static inline int dcp_native_fstat(int fd, struct stat *into) {
  return dcp_native_result(dcp_kernel(SYS_fstat, fd, into));
}

static inline int dcp_native_fstatat(int dirfd, const char *path, struct stat *into, int flags) {
  return dcp_native_result(dcp_kernel(SYS_newfstatat, dirfd, path, into, flags));
}

static inline int dcp_native_access(const char *path, int mode) {
#ifdef SYS_access  // the number that libc takes: a seccomp filter may know no other
  return dcp_native_result(dcp_kernel(SYS_access, path, mode));
#else
  return dcp_native_result(dcp_kernel(SYS_faccessat, AT_FDCWD, path, mode));
#endif
}

static inline int dcp_native_openat(int dirfd, const char *path, int flags, mode_t mode) {
  if (__builtin_expect(__libc_single_threaded, 1)) {
    return dcp_native_result(dcp_kernel(SYS_openat, dirfd, path, flags, mode));
  }
  return DCP_REAL(openat)(dirfd, path, flags, mode);
}

static inline int dcp_native_close(int fd) {
  return __builtin_expect(__libc_single_threaded, 1) ? dcp_native_result(dcp_kernel(SYS_close, fd))
                                                     : DCP_REAL(close)(fd);
}

static inline int dcp_native_dup(int fd) { return dcp_native_result(dcp_kernel(SYS_dup, fd)); }

// libc does not pass F_GETOWN on as it is, and waiting for a lock can be cancelled.
static inline int dcp_native_fcntl(int fd, int command, long argument) {
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_GETFD:
    case F_SETFD:
    case F_GETFL:
    case F_SETFL:
    case F_GETLK:
    case F_SETLK:
      return dcp_native_result(dcp_kernel(SYS_fcntl, fd, command, argument));
    default:
      return DCP_REAL(fcntl)(fd, command, argument);
  }
}

#endif
