// Directory streams and their entries, for the other families.
#ifndef DCP_CALLS_DIRECTORIES_H
#define DCP_CALLS_DIRECTORIES_H

#include <dirent.h>
#include <sys/types.h>

// opendir relative to DIRFD. NULL with errno.
DIR *dcp_opendirat(int dirfd, const char *path);

// As the functions of libc; for streams of the tree and of libc.
DIR *dcp_fdopendir(int fd);
struct dirent *dcp_readdir(DIR *stream);
int dcp_closedir(DIR *stream);

// getdents64(2). Async-signal-safe.
ssize_t dcp_getdents64(int fd, void *buffer, size_t size);
// getdents(2), for syscall().
ssize_t dcp_getdents(int fd, void *buffer, size_t size);

#endif
