// Extended attributes. Changes by path go to the agent; reading is the kernel's, on the mirror. Rules as in files.c.
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/xattr.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "calls.h"
#include "real.h"

// What the kernel refuses before it looks at the path: the native call is left to say so.
static bool is_attribute_name(const char *name) {
  if (!dcp_string_is_readable(name)) return false;
  size_t length = strnlen(name, XATTR_NAME_MAX + 1);
  return length > 0 && length <= XATTR_NAME_MAX;
}

static bool is_settable(const char *name, const void *value, size_t size, int flags) {
  return (flags & ~(XATTR_CREATE | XATTR_REPLACE)) == 0 && size <= XATTR_SIZE_MAX && is_attribute_name(name) &&
         (size == 0 || dcp_range_is_readable(value, size));
}

int dcp_setxattr(const char *path, const char *name, const void *value, size_t size, int flags, bool nofollow) {
  if (is_settable(name, value, size, flags) && dcp_path_is_ours(AT_FDCWD, path)) {
    struct dcp_request request = {.operation = DCP_OP(SETXATTR),
                                  .directory = AT_FDCWD,
                                  .path = path,
                                  .path2 = name,
                                  .payload = value,
                                  .payload_length = size,
                                  .flags = (uint32_t)flags,
                                  .mode = nofollow ? AT_SYMLINK_NOFOLLOW : 0};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return nofollow ? DCP_REAL(lsetxattr)(path, name, value, size, flags)
                  : DCP_REAL(setxattr)(path, name, value, size, flags);
}

int dcp_removexattr(const char *path, const char *name, bool nofollow) {
  if (is_attribute_name(name) && dcp_path_is_ours(AT_FDCWD, path)) {
    struct dcp_request request = {.operation = DCP_OP(REMOVEXATTR),
                                  .directory = AT_FDCWD,
                                  .path = path,
                                  .path2 = name,
                                  .mode = nofollow ? AT_SYMLINK_NOFOLLOW : 0};
    int result = dcp_tell(&request);
    if (result <= 0) {
      return result;
    }
  }
  return nofollow ? DCP_REAL(lremovexattr)(path, name) : DCP_REAL(removexattr)(path, name);
}

static int changed(int fd, int result) {
  if (__builtin_expect(result == 0 && dcp_fd_is_tree(fd), 0)) {
    dcp_fd_changed(fd);
  }
  return result;
}

int dcp_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return changed(fd, DCP_REAL(fsetxattr)(fd, name, value, size, flags));
}

int dcp_fremovexattr(int fd, const char *name) { return changed(fd, DCP_REAL(fremovexattr)(fd, name)); }

DCP_EXPORT int setxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  return dcp_setxattr(path, name, value, size, flags, false);
}

DCP_EXPORT int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
  return dcp_setxattr(path, name, value, size, flags, true);
}

DCP_EXPORT int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return dcp_fsetxattr(fd, name, value, size, flags);
}

DCP_EXPORT int removexattr(const char *path, const char *name) { return dcp_removexattr(path, name, false); }

DCP_EXPORT int lremovexattr(const char *path, const char *name) { return dcp_removexattr(path, name, true); }

DCP_EXPORT int fremovexattr(int fd, const char *name) { return dcp_fremovexattr(fd, name); }

DCP_EXPORT ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(getxattr)(path, name, value, size) : -1;
}

DCP_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *value, size_t size) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_NO_FOLLOW) == 0 ? DCP_REAL(lgetxattr)(path, name, value, size) : -1;
}

DCP_EXPORT ssize_t listxattr(const char *path, char *list, size_t size) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(listxattr)(path, list, size) : -1;
}

DCP_EXPORT ssize_t llistxattr(const char *path, char *list, size_t size) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_NO_FOLLOW) == 0 ? DCP_REAL(llistxattr)(path, list, size) : -1;
}
