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

static void look_at_root(void) {
  enum dcp_root_place place = DCP_ROOT_SAME;
  if (is_on_mirror(AT_FDCWD, "/", 0)) {
    place = DCP_ROOT_IN_TREE;
  } else if (run_descriptor >= 0 && !is_on_mirror(AT_FDCWD, dcp_tree_root.path, 0)) {
    place = DCP_ROOT_ELSEWHERE;
  }
  __atomic_store_n(&dcp_root_place, (unsigned char)place, __ATOMIC_RELAXED);
}

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

int dcp_run_descriptor(void) { return __atomic_load_n(&run_descriptor, __ATOMIC_RELAXED); }

// Two numbers in a row, for RUN and TREE. Not closed by exec: the programs that are started need them. False: none
// free.
static bool keep(int run, int tree) {
  for (long from = KEPT_FROM, second; (from = dcp_kernel(SYS_fcntl, run, F_DUPFD, from)) >= 0; from = second) {
    second = dcp_kernel(SYS_fcntl, tree, F_DUPFD, from + 1);
    if (second == from + 1) {
      dcp_fd_make_private((int)from);
      dcp_fd_make_private((int)second);
      __atomic_store_n(&run_descriptor, (int)from, __ATOMIC_RELAXED);
      return true;
    }
    dcp_kernel(SYS_close, from);
    if (second < 0) {
      break;
    }
    dcp_kernel(SYS_close, second);
  }
  return false;
}

void dcp_root_about_to_change(void) {
  if (!dcp_attached() || run_descriptor >= 0 || !dcp_process_is_own()) {
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
  if (dcp_attached() && dcp_process_is_own()) {  // a vfork child's root is its own, this memory is its parent's
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
