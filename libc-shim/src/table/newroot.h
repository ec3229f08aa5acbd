// Another root directory than the platform's: see newroot.c.
#ifndef DCP_TABLE_NEWROOT_H
#define DCP_TABLE_NEWROOT_H

#include <stdbool.h>
#include <stdint.h>

// Where "/" is.
enum dcp_root_place {
  DCP_ROOT_SAME,       // where it was when the platform started
  DCP_ROOT_IN_TREE,    // a directory of the tree: every absolute path may be ours
  DCP_ROOT_ELSEWHERE,  // no absolute path is ours
};
extern unsigned char dcp_root_place;

// Where it is for the caller, who may be a vfork child with a root of its own in its parent's memory.
extern bool dcp_root_differs_in_children;
unsigned char dcp_root_place_slowly(void);
static inline unsigned char dcp_root_place_here(void) {
  return __builtin_expect(dcp_root_differs_in_children, 0) ? dcp_root_place_slowly() : dcp_root_place;
}

// The mount of the tree in this program's mount namespace, 0 if unknown.
extern uint64_t dcp_tree_mount;

// After unshare or setns of a mount namespace.
void dcp_mounts_changed(void);

// At attach; RUN is the run directory as the environment names it.
void dcp_root_attach(const char *run);

// Before chroot: keeps the run directory open. After it: looks at what "/" is. Neither touches errno.
void dcp_root_about_to_change(void);
void dcp_root_changed(void);

// Asks the kernel, for a program whose getcwd says nothing about the tree.
bool dcp_cwd_is_on_mirror(void);

// The run directory's descriptor, -1 as long as it has a path.
int dcp_run_descriptor(void);

// If FD is that descriptor, takes another number for it: true.
bool dcp_run_vacate(int fd);

// How a program that is started now finds the run directory. False: as this one was told. True: by PATH, which is empty
// if there is no way (no /proc in the new root): it cannot have the shim.
#define DCP_RUN_PATH 32
bool dcp_run_for_exec(char path[DCP_RUN_PATH]);

#endif
