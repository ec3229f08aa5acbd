// Changes of attributes. By path the agent makes them; on an open descriptor the kernel does (any writer may), and the
// agent takes them in afterwards. Rules as in files.c.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "calls.h"
#include "real.h"

#define AT_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)

void dcp_fd_changed(int fd) {
  struct stat seen;
  if (!dcp_fd_is_tree(fd) || dcp_kernel(SYS_fstat, fd, &seen) != 0) {
    return;
  }
  int saved = errno;
  struct dcp_request request = {.operation = DCP_OP(CHANGED), .directory = fd, .inode = seen.st_ino};
  dcp_tell(&request);  // if it fails, the agent finds the change when the file is closed
  errno = saved;
}

static int changed(int fd, int result) {
  if (__builtin_expect(result == 0 && dcp_fd_is_tree(fd), 0)) {
    dcp_fd_changed(fd);
  }
  return result;
}

// --- mode ---
// As dcp_tell: more than 0 if the call is to be made natively.
static int tell_mode(int dirfd, const char *path, mode_t mode, int flags) {
  if ((flags & ~AT_FLAGS) != 0 || !dcp_path_is_ours(dirfd, path)) {
    return 1;
  }
  struct dcp_request request = {
      .operation = DCP_OP(CHMOD), .directory = dirfd, .path = path, .mode = mode & 07777, .flags = (uint32_t)flags};
  return dcp_tell(&request);
}

int dcp_fchmodat(int dirfd, const char *path, mode_t mode, int flags) {
  int result = tell_mode(dirfd, path, mode, flags);
  return result <= 0 ? result : DCP_REAL(fchmodat)(dirfd, path, mode, flags);
}

// The system call, which takes flags that libc's function may not know.
long dcp_fchmodat2(int dirfd, const char *path, mode_t mode, int flags) {
  int result = tell_mode(dirfd, path, mode, flags);
  return result <= 0 ? result : DCP_REAL(syscall)(SYS_fchmodat2, dirfd, path, mode, flags);
}

int dcp_fchmod(int fd, mode_t mode) { return changed(fd, DCP_REAL(fchmod)(fd, mode)); }

DCP_EXPORT int chmod(const char *path, mode_t mode) { return dcp_fchmodat(AT_FDCWD, path, mode, 0); }

DCP_EXPORT int lchmod(const char *path, mode_t mode) { return dcp_fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW); }

// Whether libc knows AT_EMPTY_PATH here (since 2.39): it refuses unknown flags before it looks at the descriptor.
static bool libc_takes_empty_path(void) {
  int saved = errno;
  bool takes = DCP_REAL(fchmodat)(-1, "", 0, AT_EMPTY_PATH) != 0 && errno != EINVAL;
  errno = saved;
  return takes;
}

DCP_EXPORT int fchmodat(int dirfd, const char *path, mode_t mode, int flags) {
  if ((flags & AT_EMPTY_PATH) != 0 && !libc_takes_empty_path()) {
    return DCP_REAL(fchmodat)(dirfd, path, mode, flags);
  }
  return dcp_fchmodat(dirfd, path, mode, flags);
}

DCP_EXPORT int fchmod(int fd, mode_t mode) { return dcp_fchmod(fd, mode); }

// --- owner ---
int dcp_fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags) {
  if ((flags & ~AT_FLAGS) == 0 && dcp_path_is_ours(dirfd, path)) {
    struct dcp_request request = {
        .operation = DCP_OP(CHOWN), .directory = dirfd, .path = path, .uid = uid, .gid = gid, .flags = (uint32_t)flags};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(fchownat)(dirfd, path, uid, gid, flags);
}

int dcp_fchown(int fd, uid_t uid, gid_t gid) { return changed(fd, DCP_REAL(fchown)(fd, uid, gid)); }

DCP_EXPORT int chown(const char *path, uid_t uid, gid_t gid) { return dcp_fchownat(AT_FDCWD, path, uid, gid, 0); }

DCP_EXPORT int lchown(const char *path, uid_t uid, gid_t gid) {
  return dcp_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

DCP_EXPORT int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags) {
  return dcp_fchownat(dirfd, path, uid, gid, flags);
}

DCP_EXPORT int fchown(int fd, uid_t uid, gid_t gid) { return dcp_fchown(fd, uid, gid); }

// --- times ---
// With a bad pointer the native call is left to say EFAULT.
static bool may_read(const void *times, size_t length) { return times == NULL || dcp_range_is_readable(times, length); }

static bool is_valid(const struct timespec *time) {
  return (time->tv_nsec >= 0 && time->tv_nsec < 1000000000) || time->tv_nsec == UTIME_NOW ||
         time->tv_nsec == UTIME_OMIT;
}

int dcp_utimensat(int dirfd, const char *path, const struct timespec times[2], int flags) {
  if (path == NULL) {  // the kernel's futimens
    return dirfd == AT_FDCWD ? DCP_REAL(utimensat)(dirfd, path, times, flags)
                             : changed(dirfd, DCP_REAL(utimensat)(dirfd, path, times, flags));
  }
  if ((flags & ~AT_FLAGS) == 0 && dcp_path_is_ours(dirfd, path) && may_read(times, 2 * sizeof *times)) {
    if (times != NULL && (!is_valid(&times[0]) || !is_valid(&times[1]))) {
      // EINVAL, once the kernel has found the file
      uint32_t prepare = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? DCP_PREPARE_NO_FOLLOW : DCP_PREPARE_FOLLOW;
      return dcp_prepare(dirfd, path, prepare) < 0 ? -1 : DCP_REAL(utimensat)(dirfd, path, times, flags);
    }
    if (times != NULL && times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT) {
      return 0;  // the kernel does not even look at the path
    }
    const struct timespec now = {.tv_nsec = UTIME_NOW};
    struct dcp_request request = {.operation = DCP_OP(UTIMENS),
                                  .directory = dirfd,
                                  .path = path,
                                  .atime = times == NULL ? now : times[0],
                                  .mtime = times == NULL ? now : times[1],
                                  .flags = (uint32_t)flags};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(utimensat)(dirfd, path, times, flags);
}

// 0 and INTO (NULL if FROM is), or -1 EINVAL.
static int from_timevals(const struct timeval from[2], struct timespec into[2]) {
  for (int i = 0; i < 2; i++) {
    if (from[i].tv_usec < 0 || from[i].tv_usec >= 1000000) {
      errno = EINVAL;
      return -1;
    }
    into[i] = (struct timespec){.tv_sec = from[i].tv_sec, .tv_nsec = from[i].tv_usec * 1000};
  }
  return 0;
}

static int utimes_by(int dirfd, const char *path, const struct timeval times[2], int flags) {
  if (!may_read(times, 2 * sizeof *times)) {
    errno = EFAULT;
    return -1;
  }
  struct timespec precise[2];
  if (times != NULL && from_timevals(times, precise) != 0) {
    return -1;
  }
  return dcp_utimensat(dirfd, path, times == NULL ? NULL : precise, flags);
}

DCP_EXPORT int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags) {
  return dcp_utimensat(dirfd, path, times, flags);
}

DCP_EXPORT int futimens(int fd, const struct timespec times[2]) { return changed(fd, DCP_REAL(futimens)(fd, times)); }

DCP_EXPORT int utime(const char *path, const struct utimbuf *times) {
  if (!dcp_path_is_ours(AT_FDCWD, path) || !may_read(times, sizeof *times)) {
    return DCP_REAL(utime)(path, times);
  }
  struct timespec precise[2] = {{0, 0}, {0, 0}};
  if (times != NULL) {
    precise[0].tv_sec = times->actime;
    precise[1].tv_sec = times->modtime;
  }
  return dcp_utimensat(AT_FDCWD, path, times == NULL ? NULL : precise, 0);
}

DCP_EXPORT int utimes(const char *path, const struct timeval times[2]) {
  return dcp_path_is_ours(AT_FDCWD, path) ? utimes_by(AT_FDCWD, path, times, 0) : DCP_REAL(utimes)(path, times);
}

DCP_EXPORT int lutimes(const char *path, const struct timeval times[2]) {
  return dcp_path_is_ours(AT_FDCWD, path) ? utimes_by(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW)
                                          : DCP_REAL(lutimes)(path, times);
}

DCP_EXPORT int futimes(int fd, const struct timeval times[2]) { return changed(fd, DCP_REAL(futimes)(fd, times)); }

DCP_EXPORT int futimesat(int dirfd, const char *path, const struct timeval times[2]) {
  if (path == NULL) {
    return changed(dirfd, DCP_REAL(futimesat)(dirfd, path, times));
  }
  return dcp_path_is_ours(dirfd, path) ? utimes_by(dirfd, path, times, 0) : DCP_REAL(futimesat)(dirfd, path, times);
}

// --- size ---
int dcp_ftruncate(int fd, off_t size) { return changed(fd, DCP_REAL(ftruncate)(fd, size)); }

// The agent has another limit on the size of files than the program: beyond it, the program's own kernel call refuses.
static bool is_beyond_limit(off_t size) {
  struct rlimit limit;
  return dcp_kernel(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 && (rlim_t)size > limit.rlim_cur;
}

static int truncate_by_descriptor(const char *path, off_t size) {
  int fd = dcp_openat(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd < 0) {
    return -1;
  }
  int result = dcp_ftruncate(fd, size);
  int saved = errno;
  close(fd);
  errno = saved;
  return result;
}

// Growing a file past RLIMIT_FSIZE is SIGXFSZ and EFBIG: of the caller's limit, not of the agent's.
static bool is_over_limit(const char *path, off_t size) {
  struct rlimit64 limit;
  struct stat seen;
  return dcp_kernel(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) == 0 && (rlim64_t)size > limit.rlim_cur &&
         dcp_fstatat(AT_FDCWD, path, &seen, 0) == 0 && S_ISREG(seen.st_mode) && seen.st_size < size &&
         dcp_faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

int dcp_truncate(const char *path, off_t size) {
  if (size >= 0 && dcp_path_is_ours(AT_FDCWD, path)) {
    int saved = errno;
    if (is_over_limit(path, size)) {
      dcp_kernel(SYS_tgkill, dcp_kernel(SYS_getpid), dcp_kernel(SYS_gettid), SIGXFSZ);
      errno = EFBIG;
      return -1;
    }
    errno = saved;
    if (is_beyond_limit(size)) {
      return truncate_by_descriptor(path, size);
    }
    struct dcp_request request = {.operation = DCP_OP(TRUNCATE), .directory = AT_FDCWD, .path = path, .size = size};
    int result = dcp_tell(&request);
    while (result < 0 && errno == EAGAIN) {
      if (dcp_await_lease(AT_FDCWD, path, O_WRONLY) != 0) {
        return -1;
      }
      result = dcp_tell(&request);
    }
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(truncate)(path, size);
}

int dcp_fallocate(int fd, int mode, off_t offset, off_t size) {
  return changed(fd, DCP_REAL(fallocate)(fd, mode, offset, size));
}

DCP_EXPORT int truncate(const char *path, off_t size) { return dcp_truncate(path, size); }
DCP_ALIAS(int, truncate64, truncate, (const char *path, off64_t size));

DCP_EXPORT int ftruncate(int fd, off_t size) { return dcp_ftruncate(fd, size); }
DCP_ALIAS(int, ftruncate64, ftruncate, (int fd, off64_t size));

DCP_EXPORT int fallocate(int fd, int mode, off_t offset, off_t size) { return dcp_fallocate(fd, mode, offset, size); }
DCP_ALIAS(int, fallocate64, fallocate, (int fd, int mode, off64_t offset, off64_t size));

DCP_EXPORT int posix_fallocate(int fd, off_t offset, off_t size) {
  return changed(fd, DCP_REAL(posix_fallocate)(fd, offset, size));
}
DCP_ALIAS(int, posix_fallocate64, posix_fallocate, (int fd, off64_t offset, off64_t size));

DCP_EXPORT mode_t umask(mode_t mask) {
  mode_t old = DCP_REAL(umask)(mask);
  dcp_umask_changed(mask);
  return old;
}
