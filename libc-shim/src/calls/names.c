// What resolves names: natively on the mirror, once the names are there. The working directory, for the tables.

#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/newroot.h"
#include "calls.h"
#include "real.h"

char *__realpath_chk(const char *path, char *resolved, size_t size);
ssize_t __readlink_chk(const char *path, char *into, size_t length, size_t size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *into, size_t length, size_t size);

DCP_EXPORT char *realpath(const char *restrict path, char *restrict resolved) {
  return dcp_ready(AT_FDCWD, path, DCP_PREPARE_FOLLOW) < 0 ? NULL : DCP_REAL(realpath)(path, resolved);
}

DCP_EXPORT char *__realpath_chk(const char *path, char *resolved, size_t size) {
  return dcp_ready(AT_FDCWD, path, DCP_PREPARE_FOLLOW) < 0 ? NULL : DCP_REAL(__realpath_chk)(path, resolved, size);
}

DCP_EXPORT char *canonicalize_file_name(const char *path) { return realpath(path, NULL); }

ssize_t dcp_readlinkat(int dirfd, const char *path, char *into, size_t size) {
  if (dcp_ready(dirfd, path, DCP_PREPARE_NO_FOLLOW) < 0) return -1;
  return DCP_REAL(readlinkat)(dirfd, path, into, size);
}

DCP_EXPORT ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict into, size_t size) {
  return dcp_readlinkat(dirfd, path, into, size);
}

DCP_EXPORT ssize_t __readlinkat_chk(int dirfd, const char *path, char *into, size_t length, size_t size) {
  if (dcp_ready(dirfd, path, DCP_PREPARE_NO_FOLLOW) < 0) return -1;
  return DCP_REAL(__readlinkat_chk)(dirfd, path, into, length, size);
}

DCP_EXPORT ssize_t readlink(const char *restrict path, char *restrict into, size_t size) {
  if (dcp_ready(AT_FDCWD, path, DCP_PREPARE_NO_FOLLOW) < 0) return -1;
  return DCP_REAL(readlink)(path, into, size);
}

DCP_EXPORT ssize_t __readlink_chk(const char *path, char *into, size_t length, size_t size) {
  if (dcp_ready(AT_FDCWD, path, DCP_PREPARE_NO_FOLLOW) < 0) return -1;
  return DCP_REAL(__readlink_chk)(path, into, length, size);
}

int dcp_chdir(const char *path) {
  if (dcp_ready(AT_FDCWD, path, DCP_PREPARE_FOLLOW) < 0) return -1;
  int result = DCP_REAL(chdir)(path);
  if (result == 0) dcp_cwd_changed();
  return result;
}

DCP_EXPORT int chdir(const char *path) { return dcp_chdir(path); }

int dcp_fchdir(int fd) {
  if (dcp_fd_is_private(fd)) {
    errno = EBADF;
    return -1;
  }
  int result = DCP_REAL(fchdir)(fd);
  if (result == 0) dcp_cwd_changed();
  return result;
}

DCP_EXPORT int fchdir(int fd) { return dcp_fchdir(fd); }

int dcp_chroot(const char *path) {
  if (dcp_ready(AT_FDCWD, path, DCP_PREPARE_FOLLOW) < 0) return -1;
  dcp_root_about_to_change();
  int result = DCP_REAL(chroot)(path);
  if (result == 0) {
    int saved = errno;
    dcp_link_drop();  // the agent learns a program's root when it connects
    dcp_root_changed();
    errno = saved;
  }
  return result;
}

DCP_EXPORT int chroot(const char *path) { return dcp_chroot(path); }

DCP_EXPORT key_t ftok(const char *path, int project) {
  struct stat status;
  if (dcp_fstatat(AT_FDCWD, path, &status, 0) < 0) return -1;
  return (key_t)((status.st_ino & 0xffff) | ((status.st_dev & 0xff) << 16) | ((unsigned)(project & 0xff) << 24));
}

// A watch lies on the mirror, where the agent makes every change. What the tree has there must be there before: a
// program would be told of it as new when the agent puts it there later. An empty PATH means DIRFD itself. 0: make the
// native call. -1: EIO or EPROTO, the agent did not answer.
int dcp_ready_to_watch(int dirfd, const char *path, uint32_t prepare) {
  int before = errno;
  while (dcp_prepare(dirfd, path, prepare | DCP_PREPARE_WATCH) < 0) {
    if (errno == EIO || errno == EPROTO) return -1;
    if (errno != EAGAIN) break;  // more than the agent does at once: it goes on where it was
  }
  errno = before;
  return 0;
}

DCP_EXPORT int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  uint32_t prepare = (mask & IN_DONT_FOLLOW) != 0 ? DCP_PREPARE_NO_FOLLOW : DCP_PREPARE_FOLLOW;
  if (dcp_ready_to_watch(AT_FDCWD, path, prepare) < 0) return -1;
  return DCP_REAL(inotify_add_watch)(fd, path, mask);
}

DCP_EXPORT int fanotify_mark(int fd, unsigned flags, uint64_t mask, int dirfd, const char *path) {
  uint32_t prepare = (flags & FAN_MARK_DONT_FOLLOW) != 0 ? DCP_PREPARE_NO_FOLLOW : DCP_PREPARE_FOLLOW;
  if ((flags & FAN_MARK_ADD) != 0 && dcp_ready_to_watch(dirfd, path != NULL ? path : "", prepare) < 0) return -1;
  return DCP_REAL(fanotify_mark)(fd, flags, mask, dirfd, path);
}

DCP_EXPORT int name_to_handle_at(int dirfd, const char *path, struct file_handle *handle, int *mount, int flags) {
  uint32_t prepare = (flags & AT_SYMLINK_FOLLOW) != 0 ? DCP_PREPARE_FOLLOW : DCP_PREPARE_NO_FOLLOW;
  if (dcp_ready(dirfd, path, prepare) < 0) return -1;
  return DCP_REAL(name_to_handle_at)(dirfd, path, handle, mount, flags);
}
