// openat2(2) on the tree. What RESOLVE_* restrict, only the kernel can restrict: it looks for the place, with O_PATH
// and under the program's restrictions, and the agent opens what was found there.
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "calls.h"

enum { OWN_PATH_BYTES = 32, ASIDE = 128 };

static int fail(long error) {
  errno = (int)-error;
  return -1;
}

// Out of the way of the lowest free number, which is the program's.
static int aside(int fd) {
  long high = dcp_kernel(SYS_fcntl, fd, F_DUPFD_CLOEXEC, ASIDE);
  if (high < 0) return fd;
  dcp_kernel(SYS_close, fd);
  return (int)high;
}

static int look(int dirfd, const char *path, const struct open_how *how, uint64_t flags) {
  struct open_how quiet = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = how->resolve};
  int fd = (int)dcp_kernel(SYS_openat2, dirfd, path, &quiet, sizeof quiet);
  return fd < 0 ? fd : aside(fd);
}

// Opens what an O_PATH descriptor has found; closes the descriptor.
static int open_found(int found, const struct open_how *how, bool is_directory) {
  char own[OWN_PATH_BYTES];
  snprintf(own, sizeof own, "/proc/self/fd/%d", found);
  int flags = (int)how->flags & ~(O_CREAT | O_NOFOLLOW);
  if ((flags & O_TMPFILE) != O_TMPFILE) flags &= ~O_EXCL;  // of an unnamed file it says that it never gets a name
  int fd = -1;
  if (is_directory && (how->flags & O_NOFOLLOW) != 0) {
    fd = dcp_openat(found, ".", flags | O_NOFOLLOW, (mode_t)how->mode);  // keeps the flag among those of F_GETFL
  }
  // Without it a directory opens also for those who may read, but not search it.
  if (fd < 0 && (!is_directory || (how->flags & O_NOFOLLOW) == 0 || errno == EACCES)) {
    fd = dcp_openat(AT_FDCWD, own, flags, (mode_t)how->mode);
  }
  int saved = errno;
  dcp_kernel(SYS_close, found);
  errno = saved;
  return fd;
}

// Opens or makes the last component in its directory. A link there is not followed: it could lead out of the
// restriction.
static int open_in_directory(int dirfd, const char *path, const struct open_how *how) {
  size_t end = strlen(path);
  while (end > 1 && path[end - 1] == '/') end--;
  bool names_directory = (how->flags & O_CREAT) != 0 && (path[end] == '/' || strcmp(path, "/") == 0);
  const char *slash = memrchr(path, '/', end);
  const char *name = slash != NULL ? slash + 1 : path;
  char directory[PATH_MAX] = ".";
  if (slash != NULL) {
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof directory) return fail(-ENAMETOOLONG);
    memcpy(directory, path, length);
    directory[length] = '\0';
  }
  int parent = look(dirfd, directory, how, O_DIRECTORY);
  if (parent < 0) return fail(parent);
  if (names_directory) {
    dcp_kernel(SYS_close, parent);
    return fail(-EISDIR);
  }
  int fd = dcp_openat(parent, name, (int)how->flags | O_NOFOLLOW, (mode_t)how->mode);
  int saved = errno;
  dcp_kernel(SYS_close, parent);
  errno = saved;
  return fd;
}

static bool ends_in_name(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash != NULL ? slash + 1 : path;
  return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int dcp_openat2(int dirfd, const char *path, const struct open_how *how, size_t size) {
  // The kernel checks the restrictions before it looks at the path, and an empty path is never found.
  long checked = dcp_kernel(SYS_openat2, dirfd, "", how, size);
  if (checked != -ENOENT) return checked < 0 ? fail(checked) : (int)checked;
  if (how->resolve == 0) return dcp_openat(dirfd, path, (int)how->flags, (mode_t)how->mode);
  if (!dcp_string_is_readable(path)) return fail(-EFAULT);
  const char *from = path;
  while ((how->resolve & RESOLVE_IN_ROOT) != 0 && *from == '/') from++;
  if (dcp_prepare(dirfd, *from != '\0' ? from : ".", DCP_PREPARE_PARENT) < 0) return -1;
  int found = look(dirfd, path, how, how->flags & (O_NOFOLLOW | O_DIRECTORY));
  if (found == -ENOENT && (how->flags & O_CREAT) != 0) return open_in_directory(dirfd, path, how);
  if (found < 0) return fail(found);
  if ((how->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
    dcp_kernel(SYS_close, found);
    return fail(-EEXIST);
  }
  struct stat seen;
  bool is_seen = dcp_kernel(SYS_fstat, found, &seen) == 0;
  bool is_directory = is_seen && S_ISDIR(seen.st_mode);
  bool is_file = is_directory || (is_seen && S_ISREG(seen.st_mode));
  if ((how->flags & O_PATH) == 0 && (how->flags & O_NOFOLLOW) != 0 && is_file && ends_in_name(path)) {
    dcp_kernel(SYS_close, found);
    return open_in_directory(dirfd, path, how);  // by descriptor the flag would be lost
  }
  if ((how->flags & O_PATH) != 0 || !is_file) {
    dcp_kernel(SYS_close, found);
    long fd = dcp_kernel(SYS_openat2, dirfd, path, how, size);
    return fd < 0 ? fail(fd) : (int)fd;
  }
  return open_found(found, how, is_directory);
}
