// glob: libc's own matcher over our directory streams and stat, when the pattern may touch the tree.

#include <glob.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "../table/place.h"
#include "calls.h"
#include "directories.h"
#include "real.h"

_Static_assert(sizeof(glob_t) == sizeof(glob64_t) && offsetof(glob_t, gl_stat) == offsetof(glob64_t, gl_stat),
               "glob and glob64 are one");

static void *open_stream(const char *path) { return dcp_opendirat(AT_FDCWD, path); }

static struct dirent *read_stream(void *stream) { return dcp_readdir(stream); }

static void close_stream(void *stream) { dcp_closedir(stream); }

static int follow(const char *restrict path, struct stat *restrict into) {
  return dcp_fstatat(AT_FDCWD, path, into, 0);
}

static int no_follow(const char *restrict path, struct stat *restrict into) {
  return dcp_fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW);
}

// False only if no name that the pattern matches can begin in the tree.
static bool may_touch(const char *pattern) {
  if (!dcp_attached()) return false;
  size_t plain = strcspn(pattern, "*?[{\\~");
  if (pattern[0] != '/')
    return plain == 0 || dcp_cwd_is_ours() || strstr(pattern, "..") != NULL || strpbrk(pattern, "{\\") != NULL;
  if (pattern[plain] == '\0') return dcp_path_is_ours(AT_FDCWD, pattern);
  if (strstr(pattern, "..") != NULL || strstr(pattern, "//") != NULL || strstr(pattern, "/.") != NULL) return true;
  const char *root = dcp_root();
  size_t length = strlen(root);
  return strncmp(pattern, root, plain < length ? plain : length) == 0;
}

DCP_EXPORT int glob(const char *restrict pattern, int flags, int (*on_error)(const char *, int),
                    glob_t *restrict into) {
  if (pattern == NULL || into == NULL || (flags & GLOB_ALTDIRFUNC) != 0 || !may_touch(pattern))
    return DCP_REAL(glob)(pattern, flags, on_error, into);
  glob_t before = *into;
  into->gl_opendir = open_stream;
  into->gl_readdir = read_stream;
  into->gl_closedir = close_stream;
  into->gl_stat = follow;
  into->gl_lstat = no_follow;
  int result = DCP_REAL(glob)(pattern, flags | GLOB_ALTDIRFUNC, on_error, into);
  into->gl_opendir = before.gl_opendir;
  into->gl_readdir = before.gl_readdir;
  into->gl_closedir = before.gl_closedir;
  into->gl_stat = before.gl_stat;
  into->gl_lstat = before.gl_lstat;
  into->gl_flags &= ~GLOB_ALTDIRFUNC;
  return result;
}

DCP_EXPORT int glob64(const char *restrict pattern, int flags, int (*on_error)(const char *, int),
                      glob64_t *restrict into) __attribute__((alias("glob")));
