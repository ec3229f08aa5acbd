// Calls as the shim itself makes them: decide, ask the agent or go native, tell the tables. For wrappers, and for
// syscall(). Each returns as the libc function of the same name: result, or -1 with errno.
#ifndef DCP_CALLS_CALLS_H
#define DCP_CALLS_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "../link/ask.h"

// --- files.c ---
int dcp_openat(int dirfd, const char *path, int flags, mode_t mode);
// Another program has a lease (F_SETLEASE) on a file that an open with FLAGS breaks: the agent does not wait for its
// end, so this does, as any open. 0, or -1 with errno, EINTR say.
int dcp_await_lease(int dirfd, const char *path, int flags);
struct open_how;
int dcp_openat2(int dirfd, const char *path, const struct open_how *how, size_t size);

// --- stat.c ---  (flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, ...)
int dcp_fstatat(int dirfd, const char *path, struct stat *into, int flags);
int dcp_fstat(int fd, struct stat *into);
struct statx;
int dcp_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *into);
int dcp_faccessat(int dirfd, const char *path, int mode, int flags);
void dcp_stat_from(const struct dcp_attributes *attributes, struct stat *into);

// --- changes.c ---
int dcp_mkdirat(int dirfd, const char *path, mode_t mode);
int dcp_mknodat(int dirfd, const char *path, mode_t mode, dev_t device);
int dcp_symlinkat(const char *target, int dirfd, const char *path);
int dcp_linkat(int olddir, const char *old, int newdir, const char *new_path, int flags);
int dcp_unlinkat(int dirfd, const char *path, int flags);
int dcp_renameat2(int olddir, const char *old, int newdir, const char *new_path, unsigned flags);

// --- attributes.c ---
int dcp_fchmodat(int dirfd, const char *path, mode_t mode, int flags);
long dcp_fchmodat2(int dirfd, const char *path, mode_t mode, int flags);
int dcp_fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags);
int dcp_utimensat(int dirfd, const char *path, const struct timespec times[2], int flags);
int dcp_truncate(const char *path, off_t size);
int dcp_fchmod(int fd, mode_t mode);
int dcp_fchown(int fd, uid_t uid, gid_t gid);
int dcp_ftruncate(int fd, off_t size);
int dcp_fallocate(int fd, int mode, off_t offset, off_t size);
// After a native change of FD's attributes, if FD is in the tree: the agent takes them in. Keeps errno.
void dcp_fd_changed(int fd);

// --- xattrs.c ---  (path ones: nofollow for the l forms)
int dcp_setxattr(const char *path, const char *name, const void *value, size_t size, int flags, bool nofollow);
int dcp_removexattr(const char *path, const char *name, bool nofollow);
int dcp_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags);
int dcp_fremovexattr(int fd, const char *name);

// --- descriptors.c ---
int dcp_close(int fd);
int dcp_dup(int fd);
int dcp_dup3(int from, int to, int flags, bool is_dup2);
int dcp_close_range(unsigned first, unsigned last, int flags);
int dcp_fcntl(int fd, int command, long argument);

#endif
