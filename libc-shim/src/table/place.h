// Is it ours? Decides for paths and descriptors whether a call concerns the tree.
// Everything here is async-signal-safe and may be called from any thread, also before constructors ran.
#ifndef DCP_TABLE_PLACE_H
#define DCP_TABLE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../link/ask.h"

// Reads the environment and maps the region, once. The other functions call it when they need it.
void dcp_attach(void);

// True if the program runs inside the platform (attaches first).
bool dcp_attached(void);

// DCP_ROOT without a trailing slash, DCP_RUN, DCP_HOME: as at the start of the program, "" if unset.
const char *dcp_root(void);
const char *dcp_run_directory(void);
const char *dcp_home(void);

// True if PATH may touch the tree and so goes to the agent (who answers NATIVE if it does not after all). errno is
// kept. False for NULL. DIRFD as in openat. An empty path is its DIRFD.
bool dcp_path_is_ours(int dirfd, const char *path);

// --- descriptors ---
enum dcp_fd_class { DCP_FD_UNKNOWN, DCP_FD_FOREIGN, DCP_FD_TREE, DCP_FD_PRIVATE };
#define DCP_FD_TABLE 65536  // descriptors with a class of their own; above, each question asks the kernel
extern unsigned char dcp_fd_classes[DCP_FD_TABLE];

bool dcp_fd_is_tree_slowly(int fd);

// True if FD is open on something in the tree. errno is kept.
static inline bool dcp_fd_is_tree(int fd) {
  if (__builtin_expect((unsigned)fd < DCP_FD_TABLE, 1)) {
    unsigned char class = __atomic_load_n(&dcp_fd_classes[fd], __ATOMIC_RELAXED);
    if (__builtin_expect(class != DCP_FD_UNKNOWN, 1)) return class == DCP_FD_TREE;
  }
  return dcp_fd_is_tree_slowly(fd);
}

// For a FD that was made private: false if the program has closed or replaced it behind our back.
bool dcp_fd_is_private_still(int fd);

// False if FD is known to be open on something outside of the tree.
static inline bool dcp_fd_may_be_tree(int fd) {
  return (unsigned)fd >= DCP_FD_TABLE || __atomic_load_n(&dcp_fd_classes[fd], __ATOMIC_RELAXED) == DCP_FD_TREE ||
         __atomic_load_n(&dcp_fd_classes[fd], __ATOMIC_RELAXED) == DCP_FD_UNKNOWN;
}

// True if FD is one of the shim's own: to the program it is not open.
static inline bool dcp_fd_is_private(int fd) {
  return (unsigned)fd < DCP_FD_TABLE && __atomic_load_n(&dcp_fd_classes[fd], __ATOMIC_RELAXED) == DCP_FD_PRIVATE &&
         dcp_fd_is_private_still(fd);
}

// FD was opened by the agent; ATTRIBUTES may be NULL.
void dcp_fd_opened(int fd, const struct dcp_attributes *attributes);
// FD was found to be open on something outside of the tree.
void dcp_fd_found_foreign(int fd);
// FD was closed or is about to be another file. Call it after the kernel did it: another thread may have the number
// again and then only asks once more what it is.
static inline void dcp_fd_forget(int fd) {
  if ((unsigned)fd < DCP_FD_TABLE) __atomic_store_n(&dcp_fd_classes[fd], DCP_FD_UNKNOWN, __ATOMIC_RELAXED);
}
// The same for FIRST..LAST but for private ones.
void dcp_fd_forget_range(unsigned first, unsigned last);
// TO became a duplicate of FROM.
void dcp_fd_duplicated(int from, int to);
// The lowest private descriptor in FIRST..LAST, or -1.
int dcp_fd_next_private(unsigned first, unsigned last);
// For src/link: FD is the shim's from now on.
void dcp_fd_make_private(int fd);

// Attributes that the agent told for FD's file, if they are still right for a mirror file that the kernel shows with
// this inode number and ctime. False: ask IDENTIFY. Without a ctime: what never changes (ino, dev, btime) is right.
bool dcp_fd_recall(int fd, uint64_t mirror_inode, const struct timespec *mirror_ctime, struct dcp_attributes *into);
void dcp_fd_remember(int fd, const struct dcp_attributes *attributes);
// This process asked for a change: remembered attributes are stale.
void dcp_fd_attributes_stale(void);

// --- working directory, umask ---
// After chdir, fchdir and what else may have moved the working directory.
void dcp_cwd_changed(void);
// True if the working directory is in the tree. errno is kept.
bool dcp_cwd_is_ours(void);
// IS_OWN: dcp_process_is_own(), which the caller knows.
mode_t dcp_umask(bool is_own);
// After unshare(CLONE_FS): threads have working directories and umasks of their own from now on.
void dcp_threads_part(void);
bool dcp_threads_are_apart(void);
// After the real umask(MASK).
void dcp_umask_changed(mode_t mask);

// --- before a native call by path ---
// Makes PATH ready on the mirror, if it is ours and the tree is cold. PREPARE is a set of enum dcp_prepare.
// 0 ready or nothing to do; -1 with the errno that the native call would give (ENOENT, EACCES, ...), or EIO, EPROTO.
int dcp_prepare(int dirfd, const char *path, uint32_t prepare);

#endif
