// Another root directory (chroot). What is ours by an absolute path, and how this program and those that it starts
// reach the platform's run directory, which has no path there: by a descriptor that was opened before.
//
// Rules: as in paths.c.
#include "newroot.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../link/kernel.h"
#include "../link/process.h"
#include "place.h"
#include "region.h"
#include "root.h"

#define BY_DESCRIPTOR "/proc/self/fd/"
#define KEPT_FROM 960  // above what programs use, as the sockets of src/link

unsigned char dcp_root_place;
uint64_t dcp_tree_mount;

// Of the run directory; the tree's root is the next one.
static int run_descriptor = -1;

// The same of vfork children that have changed their root: this memory is their parent's, so under their numbers. Most
// of them are other programs by the time that a place is needed again.
#define CHILDREN 16
static struct child {
  int32_t pid;
  int run;
  unsigned char place;
} children[CHILDREN];
static uint32_t next_child;
bool dcp_root_differs_in_children;

// The caller's, if it is a vfork child that has changed its root; else NULL.
static struct child *child_here(void) {
  if (__builtin_expect(!__atomic_load_n(&dcp_root_differs_in_children, __ATOMIC_ACQUIRE), 1) || dcp_process_is_own()) {
    return NULL;
  }
  int32_t self = (int32_t)dcp_kernel(SYS_getpid);
  for (int i = 0; i < CHILDREN; i++) {
    if (__atomic_load_n(&children[i].pid, __ATOMIC_ACQUIRE) == self) {
      return &children[i];
    }
  }
  return NULL;
}

static void add_child(int run) {
  struct child *child = child_here();
  if (child == NULL) {
    child = &children[__atomic_fetch_add(&next_child, 1, __ATOMIC_RELAXED) % CHILDREN];
  }
  child->run = run;
  child->place = dcp_root_place;
  __atomic_store_n(&child->pid, (int32_t)dcp_kernel(SYS_getpid), __ATOMIC_RELEASE);
  __atomic_store_n(&dcp_root_differs_in_children, true, __ATOMIC_RELEASE);
}

unsigned char dcp_root_place_slowly(void) {
  const struct child *child = child_here();
  return child != NULL ? child->place : __atomic_load_n(&dcp_root_place, __ATOMIC_RELAXED);
}

static bool look(int dirfd, const char *path, int flags, struct statx *seen) {
  return dcp_kernel(SYS_statx, dirfd, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, seen) == 0 &&
         (seen->stx_mask & STATX_MNT_ID) != 0;
}

static bool is_on_mirror(int dirfd, const char *path, int flags) {
  struct statx seen;
  return dcp_tree_mount != 0 && look(dirfd, path, flags, &seen) && seen.stx_mnt_id == dcp_tree_mount;
}

// A mount namespace of one's own has copies of all mounts, with numbers of their own.
static void look_at_tree(void) {
  uint64_t mount = __atomic_load_n(&dcp_region->mirror_mount_id, __ATOMIC_RELAXED);
  struct statx seen;
  bool found = run_descriptor >= 0 ? look(run_descriptor + 1, "", AT_EMPTY_PATH, &seen)
                                   : look(AT_FDCWD, dcp_tree_root.path, 0, &seen);
  if (mount != 0 && found && (seen.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 &&
      makedev(seen.stx_dev_major, seen.stx_dev_minor) == dcp_region->mirror_device) {
    mount = seen.stx_mnt_id;
  }
  __atomic_store_n(&dcp_tree_mount, mount, __ATOMIC_RELAXED);
}

bool dcp_cwd_is_on_mirror(void) { return is_on_mirror(AT_FDCWD, ".", 0); }

static unsigned char place_of_root(int run) {
  if (is_on_mirror(AT_FDCWD, "/", 0)) {
    return DCP_ROOT_IN_TREE;
  }
  return run >= 0 && !is_on_mirror(AT_FDCWD, dcp_tree_root.path, 0) ? DCP_ROOT_ELSEWHERE : DCP_ROOT_SAME;
}

static void look_at_root(void) { __atomic_store_n(&dcp_root_place, place_of_root(run_descriptor), __ATOMIC_RELAXED); }

void dcp_root_attach(const char *run) {
  if (strncmp(run, BY_DESCRIPTOR, sizeof BY_DESCRIPTOR - 1) == 0) {
    run_descriptor = atoi(run + sizeof BY_DESCRIPTOR - 1);
    dcp_fd_make_private(run_descriptor);
    dcp_fd_make_private(run_descriptor + 1);
  }
  look_at_tree();
  look_at_root();
}

void dcp_mounts_changed(void) {
  if (dcp_attached() && dcp_process_is_own()) {
    look_at_tree();
  }
}

int dcp_run_descriptor(void) {
  const struct child *child = child_here();
  return child != NULL ? child->run : __atomic_load_n(&run_descriptor, __ATOMIC_RELAXED);
}

// Two numbers in a row, for RUN and TREE. Not closed by exec: the programs that are started need them. The first one,
// or -1: none free.
static int two_numbers(int run, int tree) {
  for (long from = KEPT_FROM, second; (from = dcp_kernel(SYS_fcntl, run, F_DUPFD, from)) >= 0; from = second) {
    second = dcp_kernel(SYS_fcntl, tree, F_DUPFD, from + 1);
    if (second == from + 1) {
      return (int)from;
    }
    dcp_kernel(SYS_close, from);
    if (second < 0) {
      break;
    }
    dcp_kernel(SYS_close, second);
  }
  return -1;
}

// A vfork child's numbers are its own, and not private in its parent's table.
static bool keep(int run, int tree) {
  int kept = two_numbers(run, tree);
  if (kept >= 0 && dcp_process_is_own()) {
    dcp_fd_make_private(kept);
    dcp_fd_make_private(kept + 1);
    __atomic_store_n(&run_descriptor, kept, __ATOMIC_RELAXED);
  } else if (kept >= 0) {
    add_child(kept);
  }
  return kept >= 0;
}

void dcp_root_about_to_change(void) {
  if (!dcp_attached()) {
    return;
  }
  int before = dcp_run_descriptor();
  if (before >= 0) {
    if (!dcp_process_is_own() && child_here() == NULL) add_child(before);  // inherited
    return;
  }
  const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  long run = dcp_kernel(SYS_openat, AT_FDCWD, dcp_run_directory(), flags, 0);
  long tree = dcp_kernel(SYS_openat, AT_FDCWD, dcp_tree_root.path, flags, 0);
  if (run >= 0 && tree >= 0) {
    keep((int)run, (int)tree);
  }
  if (run >= 0) {
    dcp_kernel(SYS_close, run);
  }
  if (tree >= 0) {
    dcp_kernel(SYS_close, tree);
  }
}

void dcp_root_changed(void) {
  if (!dcp_attached()) {
    return;
  }
  struct child *child = child_here();
  if (child != NULL) {
    child->place = place_of_root(child->run);
  } else if (dcp_process_is_own()) {
    look_at_root();
    dcp_cwd_changed();
  }
}

bool dcp_run_vacate(int fd) {
  int run = dcp_run_descriptor();
  if (run < 0 || (fd != run && fd != run + 1) || !keep(run, run + 1)) {
    return false;
  }
  dcp_kernel(SYS_close, run);
  dcp_kernel(SYS_close, run + 1);
  dcp_fd_forget(run);
  dcp_fd_forget(run + 1);
  return true;
}

static bool has_library(char path[DCP_RUN_PATH]) {
  char library[DCP_RUN_PATH + sizeof "/libdcp.so"];
  strcpy(library, path);
  strcat(library, "/libdcp.so");
  return dcp_kernel(SYS_faccessat, AT_FDCWD, library, 0) == 0;
}

bool dcp_run_for_exec(char path[DCP_RUN_PATH]) {
  int fd = dcp_run_descriptor();
  if (fd < 0) {
    return false;
  }
  char digits[12] = "";
  size_t at = sizeof digits - 1;
  for (unsigned rest = (unsigned)fd; at == sizeof digits - 1 || rest != 0; rest /= 10) {
    digits[--at] = (char)('0' + rest % 10);
  }
  strcpy(path, BY_DESCRIPTOR);
  strcat(path, digits + at);
  if (!has_library(path)) {
    path[0] = '\0';
  }
  return true;
}
