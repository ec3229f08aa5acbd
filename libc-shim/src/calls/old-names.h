// Prototypes of what libc exports and its headers do not declare (any more): programs built long ago, or fortified.
#ifndef DCP_CALLS_OLD_NAMES_H
#define DCP_CALLS_OLD_NAMES_H

#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>

// files.c
int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

// stat.c: VERSION is 1 or 0 on x86-64, 0 on aarch64
int __xstat(int version, const char *path, struct stat *into);
int __xstat64(int version, const char *path, struct stat64 *into);
int __lxstat(int version, const char *path, struct stat *into);
int __lxstat64(int version, const char *path, struct stat64 *into);
int __fxstat(int version, int fd, struct stat *into);
int __fxstat64(int version, int fd, struct stat64 *into);
int __fxstatat(int version, int dirfd, const char *path, struct stat *into, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *into, int flags);
int __statfs(const char *path, struct statfs *into);

// changes.c
int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device);

// descriptors.c
int __close(int fd);
int __dup2(int from, int to);
int __fcntl(int fd, int command, ...);

#endif
