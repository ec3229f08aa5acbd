// Changes of names: the agent makes them on the mirror, under the caller's credentials, and writes them down.
// Rules as in files.c.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "calls.h"
#include "old-names.h"
#include "real.h"

int dcp_mkdirat(int dirfd, const char *path, mode_t mode) {
  if (dcp_path_is_ours(dirfd, path)) {
    struct dcp_request request = {.operation = DCP_OP(MKDIR), .directory = dirfd, .path = path, .mode = mode & 07777};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(mkdirat)(dirfd, path, mode);
}

// The others the kernel refuses before it looks at the path.
static bool is_node_type(mode_t mode) {
  switch (mode & S_IFMT) {
    case 0:
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
      return true;
    default:
      return false;
  }
}

int dcp_mknodat(int dirfd, const char *path, mode_t mode, dev_t device) {
  if (is_node_type(mode) && dcp_path_is_ours(dirfd, path)) {
    struct dcp_request request = {
        .operation = DCP_OP(MKNOD), .directory = dirfd, .path = path, .mode = mode, .device = device};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(mknodat)(dirfd, path, mode, device);
}

int dcp_symlinkat(const char *target, int dirfd, const char *path) {
  if (dcp_path_is_ours(dirfd, path)) {
    size_t length = dcp_string_is_readable(target) ? strnlen(target, PATH_MAX) : SIZE_MAX;
    if (length == 0 || length >= PATH_MAX) {
      errno = length == 0 ? ENOENT : length == PATH_MAX ? ENAMETOOLONG : EFAULT;
      return -1;
    }
    struct dcp_request request = {
        .operation = DCP_OP(SYMLINK), .directory = dirfd, .path = path, .payload = target, .payload_length = length};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(symlinkat)(target, dirfd, path);
}

// With NULL for a path the native call is left to say EFAULT; with a bad second one, what is wrong with the first.
static bool are_given(const char *old, const char *new_path) {
  return old != NULL && new_path != NULL && dcp_string_is_readable(new_path) && strnlen(new_path, PATH_MAX) < PATH_MAX;
}

int dcp_linkat(int olddir, const char *old, int newdir, const char *new_path, int flags) {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) == 0 && are_given(old, new_path) &&
      (dcp_path_is_ours(olddir, old) || dcp_path_is_ours(newdir, new_path))) {
    struct dcp_request request = {.operation = DCP_OP(LINK),
                                  .directory = olddir,
                                  .path = old,
                                  .directory2 = newdir,
                                  .path2 = new_path,
                                  .flags = (uint32_t)flags};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(linkat)(olddir, old, newdir, new_path, flags);
}

int dcp_unlinkat(int dirfd, const char *path, int flags) {
  if ((flags & ~AT_REMOVEDIR) == 0 && dcp_path_is_ours(dirfd, path)) {
    struct dcp_request request = {
        .operation = DCP_OP(UNLINK), .directory = dirfd, .path = path, .flags = (uint32_t)flags};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return DCP_REAL(unlinkat)(dirfd, path, flags);
}

// Flags that the kernel refuses before it looks at names: the native call is left to say so.
static bool are_rename_flags(unsigned flags) {
  return (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) == 0 &&
         ((flags & RENAME_EXCHANGE) == 0 || (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) == 0);
}

int dcp_renameat2(int olddir, const char *old, int newdir, const char *new_path, unsigned flags) {
  if (are_rename_flags(flags) && are_given(old, new_path) &&
      (dcp_path_is_ours(olddir, old) || dcp_path_is_ours(newdir, new_path))) {
    struct dcp_request request = {.operation = DCP_OP(RENAME),
                                  .directory = olddir,
                                  .path = old,
                                  .directory2 = newdir,
                                  .path2 = new_path,
                                  .flags = flags};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return flags == 0 ? DCP_REAL(renameat)(olddir, old, newdir, new_path)
                    : DCP_REAL(renameat2)(olddir, old, newdir, new_path, flags);
}

DCP_EXPORT int mkdir(const char *path, mode_t mode) { return dcp_mkdirat(AT_FDCWD, path, mode); }

DCP_EXPORT int mkdirat(int dirfd, const char *path, mode_t mode) { return dcp_mkdirat(dirfd, path, mode); }

DCP_EXPORT int mkfifo(const char *path, mode_t mode) { return dcp_mknodat(AT_FDCWD, path, mode | S_IFIFO, 0); }

DCP_EXPORT int mkfifoat(int dirfd, const char *path, mode_t mode) {
  return dcp_mknodat(dirfd, path, mode | S_IFIFO, 0);
}

DCP_EXPORT int mknod(const char *path, mode_t mode, dev_t device) { return dcp_mknodat(AT_FDCWD, path, mode, device); }

DCP_EXPORT int mknodat(int dirfd, const char *path, mode_t mode, dev_t device) {
  return dcp_mknodat(dirfd, path, mode, device);
}

DCP_EXPORT int __xmknod(int version, const char *path, mode_t mode, dev_t *device) {
  return dcp_path_is_ours(AT_FDCWD, path) ? dcp_mknodat(AT_FDCWD, path, mode, *device)
                                          : DCP_REAL(__xmknod)(version, path, mode, device);
}

DCP_EXPORT int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device) {
  return dcp_path_is_ours(dirfd, path) ? dcp_mknodat(dirfd, path, mode, *device)
                                       : DCP_REAL(__xmknodat)(version, dirfd, path, mode, device);
}

DCP_EXPORT int symlink(const char *target, const char *path) { return dcp_symlinkat(target, AT_FDCWD, path); }

DCP_EXPORT int symlinkat(const char *target, int dirfd, const char *path) { return dcp_symlinkat(target, dirfd, path); }

DCP_EXPORT int link(const char *old, const char *new_path) { return dcp_linkat(AT_FDCWD, old, AT_FDCWD, new_path, 0); }

DCP_EXPORT int linkat(int olddir, const char *old, int newdir, const char *new_path, int flags) {
  return dcp_linkat(olddir, old, newdir, new_path, flags);
}

DCP_EXPORT int unlink(const char *path) { return dcp_unlinkat(AT_FDCWD, path, 0); }

DCP_EXPORT int unlinkat(int dirfd, const char *path, int flags) { return dcp_unlinkat(dirfd, path, flags); }

DCP_EXPORT int rmdir(const char *path) { return dcp_unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

DCP_EXPORT int remove(const char *path) {
  if (!dcp_path_is_ours(AT_FDCWD, path)) {
    return DCP_REAL(remove)(path);
  }
  int saved = errno;
  int result = dcp_unlinkat(AT_FDCWD, path, 0);
  if (result != 0 && errno == EISDIR) {
    result = dcp_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
    if (result == 0) {
      errno = saved;
    }
  }
  return result;
}

DCP_EXPORT int rename(const char *old, const char *new_path) {
  return dcp_renameat2(AT_FDCWD, old, AT_FDCWD, new_path, 0);
}

DCP_EXPORT int renameat(int olddir, const char *old, int newdir, const char *new_path) {
  return dcp_renameat2(olddir, old, newdir, new_path, 0);
}

DCP_EXPORT int renameat2(int olddir, const char *old, int newdir, const char *new_path, unsigned flags) {
  return dcp_renameat2(olddir, old, newdir, new_path, flags);
}
