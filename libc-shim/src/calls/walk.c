// ftw and nftw, for every tree: libc's own would see the mirror wherever a walk enters ours.
// A directory's names are read before its entries are visited, so that few descriptors serve any depth.

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../table/place.h"
#include "calls.h"
#include "directories.h"
#include "names.h"
#include "real.h"
#include "walk_tree.h"

#define KNOWN_FLAGS (FTW_PHYS | FTW_MOUNT | FTW_CHDIR | FTW_DEPTH | FTW_ACTIONRETVAL)

struct walk {
  __ftw_func_t plain;  // of ftw, else NULL
  __nftw_func_t full;
  int flags;
  int spare_descriptors;
  int inside;  // open on the directory whose entries are visited, or -1
  dev_t device;
  void *seen;  // tsearch tree of struct identity: directories that a walk through links has entered
  char *path;
  size_t length, capacity;
  struct FTW where;
};

struct identity {
  dev_t device;
  ino_t inode;
};

static int compare(const void *left, const void *right) {
  const struct identity *a = left, *b = right;
  if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
  return a->device == b->device ? 0 : a->device < b->device ? -1 : 1;
}

// 1: seen before; 0: new; -1 ENOMEM.
static int enter_once(struct walk *walk, const struct stat *status) {
  struct identity *fresh = malloc(sizeof *fresh);
  if (fresh == NULL) return -1;
  *fresh = (struct identity){status->st_dev, status->st_ino};
  void *node = tsearch(fresh, &walk->seen, compare);
  if (node != NULL && *(struct identity **)node == fresh) return 0;
  free(fresh);
  return node == NULL ? -1 : 1;
}

static int report(struct walk *walk, const struct stat *status, int type) {
  if (walk->full != NULL) return walk->full(walk->path, status, type, &walk->where);
  if (type == FTW_SL)
    type = FTW_F;
  else if (type == FTW_SLN)
    type = FTW_NS;
  else if (type == FTW_DP)
    type = FTW_D;
  return walk->plain(walk->path, status, type);
}

// Makes room for LENGTH bytes and a NUL. 0, or -1 ENOMEM.
static int reserve(struct walk *walk, size_t length) {
  if (length < walk->capacity) return 0;
  size_t capacity = 2 * length + 256;
  char *path = realloc(walk->path, capacity);
  if (path == NULL) return -1;
  walk->path = path;
  walk->capacity = capacity;
  return 0;
}

static int visit(struct walk *walk, int parent, const char *name);

// What the entries of a directory are relative to.
static int base_of(const struct walk *walk, DIR *stream) {
  return (walk->flags & FTW_CHDIR) != 0 || stream == NULL ? AT_FDCWD : dirfd(stream);
}

static int visit_entries(struct walk *walk, DIR *stream, const struct names *names) {
  size_t length = walk->length;
  int base = walk->where.base;
  walk->where.level++;
  if (walk->path[length - 1] != '/') walk->path[length++] = '/';
  walk->where.base = (int)length;
  int result = 0;
  for (size_t i = 0; i < names->count && result == 0; i++) {
    const char *name = names->list[i]->d_name;
    size_t name_length = strlen(name);
    if (reserve(walk, length + name_length + 1) < 0) {
      result = -1;
      break;
    }
    memcpy(walk->path + length, name, name_length + 1);
    size_t before = walk->length;
    walk->length = length + name_length;
    bool by_name = stream != NULL || (walk->flags & FTW_CHDIR) != 0;
    result = visit(walk, base_of(walk, stream), by_name ? name : walk->path);
    walk->length = before;
  }
  if ((walk->flags & FTW_ACTIONRETVAL) != 0 && result == FTW_SKIP_SIBLINGS) result = 0;
  walk->path[walk->length] = '\0';
  walk->where.level--;
  walk->where.base = base;
  return result;
}

// Goes back to where the walk's current directory lies, after its entries were visited under FTW_CHDIR.
static int leave(const struct walk *walk) {
  if (walk->inside >= 0) return dcp_fchdir(walk->inside);
  return walk->where.base == 1 ? dcp_chdir("/") : dcp_chdir("..");
}

static int visit_directory(struct walk *walk, const struct stat *status, int parent, const char *name) {
  DIR *stream = dcp_opendirat(parent, name);
  if (stream == NULL) return errno == EACCES ? report(walk, status, FTW_DNR) : -1;
  int result = 0;
  if ((walk->flags & FTW_DEPTH) == 0) result = report(walk, status, FTW_D);
  bool inside = false;
  if (result == 0 && (walk->flags & FTW_CHDIR) != 0) {
    result = dcp_fchdir(dirfd(stream));
    inside = result == 0;
  }
  struct names names = {0};
  if (result == 0) result = dcp_names_read(&names, stream, false);
  // Behind a symbolic link ".." does not lead back: then the descriptor is kept, whatever the program allowed.
  bool linked = (walk->flags & (FTW_CHDIR | FTW_PHYS)) == FTW_CHDIR;
  bool spare = (walk->spare_descriptors > 1 || linked) && result == 0;
  if (!spare) {
    int error = errno;
    dcp_closedir(stream);
    errno = error;
    stream = NULL;
  }
  walk->spare_descriptors -= spare;
  bool read = result == 0;
  int outer = walk->inside;
  walk->inside = stream == NULL ? -1 : dirfd(stream);
  if (read) result = visit_entries(walk, stream, &names);
  walk->inside = outer;
  walk->spare_descriptors += spare;
  int error = errno;
  dcp_names_drop(&names);
  if (stream != NULL) dcp_closedir(stream);
  errno = error;
  if (read && result == 0 && (walk->flags & FTW_DEPTH) != 0) result = report(walk, status, FTW_DP);
  bool goes_on = result == 0 || ((walk->flags & FTW_ACTIONRETVAL) != 0 && result != -1 && result != FTW_STOP);
  if (inside && walk->where.level > 0 && goes_on && leave(walk) < 0) result = -1;
  return result;
}

// Visits what walk->path names, which NAME relative to PARENT reaches.
static int visit(struct walk *walk, int parent, const char *name) {
  struct stat status;
  bool physical = (walk->flags & FTW_PHYS) != 0;
  int type;
  if (dcp_fstatat(parent, name, &status, physical ? AT_SYMLINK_NOFOLLOW : 0) == 0) {
    type = S_ISDIR(status.st_mode) ? FTW_D : S_ISLNK(status.st_mode) ? FTW_SL : FTW_F;
  } else if (errno != EACCES && errno != ENOENT) {
    return -1;
  } else {
    type = FTW_NS;
    memset(&status, 0, sizeof status);
    if (!physical && dcp_fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
      type = FTW_SLN;
  }
  int result = 0;
  if (type == FTW_NS || (walk->flags & FTW_MOUNT) == 0 || status.st_dev == walk->device) {
    if (type != FTW_D) {
      result = report(walk, &status, type);
    } else {
      int seen = physical ? 0 : enter_once(walk, &status);
      result = seen < 0 ? -1 : seen > 0 ? 0 : visit_directory(walk, &status, parent, name);
    }
  }
  if ((walk->flags & FTW_ACTIONRETVAL) != 0 && result == FTW_SKIP_SUBTREE) result = 0;
  return result;
}

// Visits the root, whose name is what follows walk->where.base under FTW_CHDIR, else the whole path.
static int visit_root(struct walk *walk) {
  struct stat status;
  const char *name = walk->path + ((walk->flags & FTW_CHDIR) != 0 ? walk->where.base : 0);
  if (*name == '\0') name = walk->path;
  bool physical = (walk->flags & FTW_PHYS) != 0;
  int result;
  if (dcp_fstatat(AT_FDCWD, name, &status, physical ? AT_SYMLINK_NOFOLLOW : 0) < 0) {
    if (physical || errno != ENOENT || dcp_fstatat(AT_FDCWD, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISLNK(status.st_mode))
      return -1;
    result = report(walk, &status, FTW_SLN);
  } else if (S_ISDIR(status.st_mode)) {
    walk->device = status.st_dev;
    if (!physical && enter_once(walk, &status) < 0) return -1;
    result = visit_directory(walk, &status, AT_FDCWD, name);
  } else {
    result = report(walk, &status, S_ISLNK(status.st_mode) ? FTW_SL : FTW_F);
  }
  bool skip = result == FTW_SKIP_SUBTREE || result == FTW_SKIP_SIBLINGS;
  return (walk->flags & FTW_ACTIONRETVAL) != 0 && skip ? 0 : result;
}

// Goes to the directory that holds the root. Returns a descriptor of where the program was, or -1.
static int approach(struct walk *walk) {
  int home = dcp_openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (home < 0) return -1;
  int result = 0;
  if (walk->where.base == 1) {
    result = dcp_chdir("/");
  } else if (walk->where.base > 1) {
    walk->path[walk->where.base - 1] = '\0';
    result = dcp_chdir(walk->path);
    walk->path[walk->where.base - 1] = '/';
  }
  if (result == 0) return home;
  int error = errno;
  dcp_close(home);
  errno = error;
  return -1;
}

static int run_walk(struct walk *walk, const char *root, int descriptors) {
  size_t length = strlen(root);
  if (length == 0) {
    errno = ENOENT;
    return -1;
  }
  if (reserve(walk, length + 1) < 0) return -1;
  memcpy(walk->path, root, length + 1);
  while (length > 1 && walk->path[length - 1] == '/') walk->path[--length] = '\0';
  walk->length = length;
  walk->spare_descriptors = descriptors < 1 ? 1 : descriptors;
  while (length > 0 && walk->path[length - 1] != '/') length--;
  walk->where.base = (int)length;
  int home = -1;
  if ((walk->flags & FTW_CHDIR) != 0 && (home = approach(walk)) < 0) {
    free(walk->path);
    return -1;
  }
  int result = visit_root(walk);
  int error = errno;
  if (home >= 0) {
    dcp_fchdir(home);
    dcp_close(home);
  }
  tdestroy(walk->seen, free);
  free(walk->path);
  errno = error;
  return result;
}

DCP_EXPORT int ftw(const char *root, __ftw_func_t function, int descriptors) {
  struct walk walk = {.plain = function, .inside = -1};
  return run_walk(&walk, root, descriptors);
}

DCP_EXPORT int nftw(const char *root, __nftw_func_t function, int descriptors, int flags) {
  if ((flags & ~KNOWN_FLAGS) != 0) {
    errno = EINVAL;
    return -1;
  }
  struct walk walk = {.full = function, .flags = flags, .inside = -1};
  return run_walk(&walk, root, descriptors);
}

DCP_EXPORT int ftw64(const char *root, __ftw64_func_t function, int descriptors) __attribute__((alias("ftw")));

DCP_EXPORT int nftw64(const char *root, __nftw64_func_t function, int descriptors, int flags)
    __attribute__((alias("nftw")));
