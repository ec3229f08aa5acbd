// fts, for every tree, as walk.c. The working directory never changes, as if FTS_NOCHDIR were always given: fts_accpath
// is what reaches a file from the current directory, and is here the same as fts_path.

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/kernel.h"
#include "calls.h"
#include "directories.h"
#include "real.h"
#include "walk_tree.h"

_Static_assert(sizeof(FTS) == sizeof(FTS64) && sizeof(FTSENT) == sizeof(FTSENT64), "fts and fts64 are one");

// Among the walk's options, beside libc's own private ones: the program expects directories to be entered by chdir.
// They are not, but what that would have refused is refused.
#define FTS_ENTERS 0x400

enum build { FOR_READING, FOR_CHILDREN, NAMES_ONLY };

static bool has(const FTS *walk, int option) { return (walk->fts_options & option) != 0; }

static bool is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

// One block: the entry with its name, its path, its stat. DIRECTORY is "" for a root. NULL ENOMEM.
static FTSENT *make_entry(const char *directory, const char *name) {
  size_t name_length = strlen(name), directory_length = strlen(directory);
  bool slash = directory_length > 0 && directory[directory_length - 1] != '/';
  size_t head =
      (offsetof(FTSENT, fts_name) + name_length + sizeof(struct stat)) / sizeof(max_align_t) * sizeof(max_align_t);
  head += sizeof(max_align_t);
  char *block = calloc(1, head + sizeof(struct stat) + directory_length + slash + name_length + 1);
  if (block == NULL) return NULL;
  FTSENT *entry = (FTSENT *)block;
  entry->fts_statp = (struct stat *)(block + head);
  entry->fts_path = entry->fts_accpath = block + head + sizeof(struct stat);
  memcpy(block + offsetof(FTSENT, fts_name), name, name_length + 1);
  memcpy(entry->fts_path, directory, directory_length);
  if (slash) entry->fts_path[directory_length++] = '/';
  memcpy(entry->fts_path + directory_length, name, name_length + 1);
  entry->fts_namelen = (unsigned short)name_length;
  entry->fts_pathlen = (unsigned short)(directory_length + name_length);
  entry->fts_instr = FTS_NOINSTR;
  entry->fts_symfd = -1;
  return entry;
}

static void drop_list(FTSENT *head) {
  while (head != NULL) {
    FTSENT *next = head->fts_link;
    free(head);
    head = next;
  }
}

// Fills the entry's stat and tells what it is: a value for fts_info.
static unsigned short look_at(const FTS *walk, FTSENT *entry, bool follow) {
  struct stat *status = entry->fts_statp;
  follow |= has(walk, FTS_LOGICAL);
  if (dcp_fstatat(AT_FDCWD, entry->fts_accpath, status, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) {
    int error = errno;
    if (follow && dcp_fstatat(AT_FDCWD, entry->fts_accpath, status, AT_SYMLINK_NOFOLLOW) == 0) {
      errno = 0;
      return FTS_SLNONE;
    }
    entry->fts_errno = error;
    memset(status, 0, sizeof *status);
    return FTS_NS;
  }
  if (!S_ISDIR(status->st_mode))
    return S_ISLNK(status->st_mode) ? FTS_SL : S_ISREG(status->st_mode) ? FTS_F : FTS_DEFAULT;
  entry->fts_dev = status->st_dev;
  entry->fts_ino = status->st_ino;
  entry->fts_nlink = status->st_nlink;
  if (is_dot(entry->fts_name)) return FTS_DOT;
  for (FTSENT *above = entry->fts_parent; above->fts_level >= FTS_ROOTLEVEL; above = above->fts_parent) {
    if (above->fts_ino == entry->fts_ino && above->fts_dev == entry->fts_dev) {
      entry->fts_cycle = above;
      return FTS_DC;
    }
  }
  return FTS_D;
}

// Sorts by the program's order. Without memory for that the order stays.
static FTSENT *sort(const FTS *walk, FTSENT *head, size_t count) {
  FTSENT **array = reallocarray(NULL, count, sizeof *array);
  if (array == NULL) return head;
  size_t i = 0;
  for (FTSENT *entry = head; entry != NULL; entry = entry->fts_link) array[i++] = entry;
  qsort(array, count, sizeof *array, walk->fts_compar);
  for (i = 0; i + 1 < count; i++) array[i]->fts_link = array[i + 1];
  array[count - 1]->fts_link = NULL;
  head = array[0];
  free(array);
  return head;
}

// 0 if the directory that STREAM reads may be entered, as fchdir asks; else an errno.
static int refuses_entry(DIR *stream) {
  long result = dcp_kernel(SYS_faccessat2, dirfd(stream), "", X_OK, AT_EACCESS | AT_EMPTY_PATH);
  return result == -EACCES ? EACCES : 0;
}

// The entries of the current directory. NULL: none, or an error; FOR_READING notes which in fts_info.
static FTSENT *build(FTS *walk, enum build purpose) {
  FTSENT *directory = walk->fts_cur;
  DIR *stream = dcp_opendirat(AT_FDCWD, directory->fts_accpath);
  if (stream == NULL) {
    if (purpose == FOR_READING) {
      directory->fts_info = FTS_DNR;
      directory->fts_errno = errno;
    }
    return NULL;
  }
  int refused = has(walk, FTS_ENTERS) && purpose != NAMES_ONLY ? refuses_entry(stream) : 0;
  if (refused != 0) {
    dcp_closedir(stream);
    if (purpose == FOR_READING) {
      directory->fts_info = FTS_DP;
      directory->fts_errno = refused;
    }
    errno = refused;
    return NULL;
  }
  struct names names;
  int result = dcp_names_read(&names, stream, has(walk, FTS_SEEDOT));
  int error = errno;
  dcp_closedir(stream);
  if (result < 0) {
    directory->fts_errno = error;
    if (purpose == FOR_READING) directory->fts_info = FTS_ERR;
    errno = error;
    return NULL;
  }
  bool without_stat = has(walk, FTS_NOSTAT) && has(walk, FTS_PHYSICAL);
  FTSENT *head = NULL, **tail = &head;
  for (size_t i = 0; i < names.count; i++) {
    const struct dirent *name = names.list[i];
    FTSENT *entry = make_entry(directory->fts_path, name->d_name);
    if (entry == NULL) {
      drop_list(head);
      dcp_names_drop(&names);
      directory->fts_info = FTS_ERR;
      walk->fts_options |= FTS_STOP;
      errno = ENOMEM;
      return NULL;
    }
    entry->fts_level = (short)(directory->fts_level + 1);
    entry->fts_parent = directory;
    bool plain = without_stat && name->d_type != DT_UNKNOWN && name->d_type != DT_DIR;
    entry->fts_info = purpose == NAMES_ONLY || plain ? FTS_NSOK : look_at(walk, entry, false);
    *tail = entry;
    tail = &entry->fts_link;
  }
  size_t count = names.count;
  dcp_names_drop(&names);
  if (count == 0 && purpose == FOR_READING) directory->fts_info = FTS_DP;
  // libc leaves the path of an empty directory without the slash at its end, if it does not change directories.
  size_t length = directory->fts_pathlen;
  if (count == 0 && !has(walk, FTS_ENTERS) && length > 1 && directory->fts_path[length - 1] == '/')
    directory->fts_path[length - 1] = '\0';
  return walk->fts_compar != NULL && count > 1 ? sort(walk, head, count) : head;
}

// libc changes the working directory unless it cannot open the one to which it has to come back.
static bool would_enter(int options) {
  return (options & (FTS_NOCHDIR | FTS_LOGICAL)) == 0 &&
         dcp_kernel(SYS_faccessat2, AT_FDCWD, ".", R_OK, AT_EACCESS) != -EACCES;
}

typedef int (*untyped_order)(const void *, const void *);

DCP_EXPORT FTS *fts_open(char *const *roots, int options, int (*order)(const FTSENT **, const FTSENT **)) {
  if ((options & ~FTS_OPTIONMASK) != 0) {
    errno = EINVAL;
    return NULL;
  }
  FTS *walk = calloc(1, sizeof *walk);
  FTSENT *above = make_entry("", "");
  FTSENT *start = make_entry("", "");
  FTSENT *head = NULL, **tail = &head;
  size_t count = 0;
  if (walk == NULL || above == NULL || start == NULL) goto failed;
  walk->fts_compar = (untyped_order)(void (*)(void))order;
  walk->fts_options = options | FTS_NOCHDIR | (would_enter(options) ? FTS_ENTERS : 0);
  walk->fts_rfd = -1;
  above->fts_level = FTS_ROOTPARENTLEVEL;
  for (; *roots != NULL; roots++, count++) {
    FTSENT *root = **roots == '\0' ? NULL : make_entry("", *roots);
    if (root == NULL) {
      errno = **roots == '\0' ? ENOENT : ENOMEM;
      goto failed;
    }
    *tail = root;
    tail = &root->fts_link;
    root->fts_level = FTS_ROOTLEVEL;
    root->fts_parent = above;
    root->fts_info = look_at(walk, root, has(walk, FTS_COMFOLLOW));
    if (root->fts_info == FTS_DOT) root->fts_info = FTS_D;
  }
  start->fts_link = order != NULL && count > 1 ? sort(walk, head, count) : head;
  start->fts_info = FTS_INIT;
  start->fts_level = FTS_ROOTLEVEL;
  start->fts_parent = above;
  walk->fts_cur = start;
  return walk;
failed:
  drop_list(head);
  free(start);
  free(above);
  free(walk);
  return NULL;
}

static void drop_children(FTS *walk) {
  drop_list(walk->fts_child);
  walk->fts_child = NULL;
}

// Goes down from a directory in pre-order, or turns it into its post-order visit.
static FTSENT *descend(FTS *walk, FTSENT *directory, int instruction) {
  if (instruction == FTS_SKIP || (has(walk, FTS_XDEV) && directory->fts_dev != walk->fts_dev)) {
    drop_children(walk);
    directory->fts_info = FTS_DP;
    return directory;
  }
  if (has(walk, FTS_NAMEONLY)) {
    walk->fts_options &= ~FTS_NAMEONLY;
    drop_children(walk);
  }
  FTSENT *first = walk->fts_child != NULL ? walk->fts_child : build(walk, FOR_READING);
  walk->fts_child = NULL;
  if (first == NULL) return has(walk, FTS_STOP) ? NULL : directory;
  return walk->fts_cur = first;
}

// The name of a root is what follows its last slash, from its visit on; of "a/" that is nothing, as in libc.
static void keep_last_name(FTSENT *root) {
  char *slash = strrchr(root->fts_name, '/');
  if (slash == NULL || (slash == root->fts_name && slash[1] == '\0')) return;
  size_t length = strlen(slash + 1);
  memmove(root->fts_name, slash + 1, length + 1);
  root->fts_namelen = (unsigned short)length;
}

DCP_EXPORT FTSENT *fts_read(FTS *walk) {
  FTSENT *entry = walk->fts_cur;
  if (entry == NULL || has(walk, FTS_STOP)) return NULL;
  int instruction = entry->fts_instr;
  entry->fts_instr = FTS_NOINSTR;
  if (instruction == FTS_AGAIN ||
      (instruction == FTS_FOLLOW && (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE))) {
    entry->fts_info = look_at(walk, entry, instruction == FTS_FOLLOW);
    return entry;
  }
  if (entry->fts_info == FTS_D) return descend(walk, entry, instruction);
  drop_children(walk);
  for (;;) {
    FTSENT *next = entry->fts_link, *above = entry->fts_parent;
    free(entry);
    if (next == NULL) {
      if (above->fts_level == FTS_ROOTPARENTLEVEL) {
        free(above);
        errno = 0;
        return walk->fts_cur = NULL;
      }
      above->fts_info = above->fts_errno != 0 ? FTS_ERR : FTS_DP;
      errno = above->fts_errno != 0 ? above->fts_errno : errno;
      return walk->fts_cur = above;
    }
    entry = next;
    if (entry->fts_level == FTS_ROOTLEVEL) {
      walk->fts_dev = entry->fts_dev;
      keep_last_name(entry);
      return walk->fts_cur = entry;
    }
    if (entry->fts_instr == FTS_FOLLOW) {
      entry->fts_info = look_at(walk, entry, true);
      entry->fts_instr = FTS_NOINSTR;
    }
    if (entry->fts_instr != FTS_SKIP) return walk->fts_cur = entry;
  }
}

DCP_EXPORT FTSENT *fts_children(FTS *walk, int instruction) {
  if (instruction != 0 && instruction != FTS_NAMEONLY) {
    errno = EINVAL;
    return NULL;
  }
  FTSENT *entry = walk->fts_cur;
  errno = 0;
  if (entry == NULL || has(walk, FTS_STOP)) return NULL;
  if (entry->fts_info == FTS_INIT) return entry->fts_link;
  if (entry->fts_info != FTS_D) return NULL;
  drop_children(walk);
  if (instruction == FTS_NAMEONLY) walk->fts_options |= FTS_NAMEONLY;
  return walk->fts_child = build(walk, instruction == FTS_NAMEONLY ? NAMES_ONLY : FOR_CHILDREN);
}

DCP_EXPORT int fts_set(FTS *walk, FTSENT *entry, int instruction) {
  (void)walk;
  if (instruction < 0 || instruction > FTS_SKIP) {
    errno = EINVAL;
    return 1;
  }
  entry->fts_instr = (unsigned short)instruction;
  return 0;
}

DCP_EXPORT int fts_close(FTS *walk) {
  drop_list(walk->fts_child);
  FTSENT *entry = walk->fts_cur;
  while (entry != NULL) {
    FTSENT *above = entry->fts_parent;
    drop_list(entry);
    entry = above != NULL && above->fts_level != FTS_ROOTPARENTLEVEL ? above : (free(above), NULL);
  }
  free(walk);
  return 0;
}

DCP_EXPORT FTS64 *fts64_open(char *const *roots, int options, int (*order)(const FTSENT64 **, const FTSENT64 **))
    __attribute__((alias("fts_open")));
DCP_EXPORT FTSENT64 *fts64_read(FTS64 *walk) __attribute__((alias("fts_read")));
DCP_EXPORT FTSENT64 *fts64_children(FTS64 *walk, int instruction) __attribute__((alias("fts_children")));
DCP_EXPORT int fts64_set(FTS64 *walk, FTSENT64 *entry, int instruction) __attribute__((alias("fts_set")));
DCP_EXPORT int fts64_close(FTS64 *walk) __attribute__((alias("fts_close")));
