// Streams. libc's fopen has its own inner open, so the file is opened by the agent and the stream put on it.
// Rules as in files.c; libc allocates its streams.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "calls.h"
#include "real.h"
#include "shell.h"

// The open flags of a stream's mode, as glibc reads it: "r", "w" or "a", then at most six of "+xbmce" and anything, up
// to a comma. -1: no such mode.
static int flags_of(const char *mode) {
  int access, flags;
  switch (*mode) {
    case 'r':
      access = O_RDONLY;
      flags = 0;
      break;
    case 'w':
      access = O_WRONLY;
      flags = O_CREAT | O_TRUNC;
      break;
    case 'a':
      access = O_WRONLY;
      flags = O_CREAT | O_APPEND;
      break;
    default:
      return -1;
  }
  for (int i = 1; i < 7 && mode[i] != '\0' && mode[i] != ','; i++) {
    switch (mode[i]) {
      case '+':
        access = O_RDWR;
        break;
      case 'x':
        flags |= O_EXCL;
        break;
      case 'e':
        flags |= O_CLOEXEC;
        break;
      default:
        break;
    }
  }
  return access | flags;
}

static bool wants_charset(const char *mode) { return strstr(mode, ",ccs=") != NULL; }

// A stream that only writes at the end stands there from the start.
static void seek_to_end(int fd, int flags) {
  if ((flags & (O_APPEND | O_ACCMODE)) == (O_APPEND | O_WRONLY)) {
    dcp_kernel(SYS_lseek, fd, 0, SEEK_END);
  }
}

// Puts the file FD in the place of the one that STREAM has, and closes FD.
static void replace(FILE *stream, int fd, int flags) {
  int number = fileno_unlocked(stream);
  dcp_kernel(SYS_dup3, fd, number, flags & O_CLOEXEC);
  dcp_fd_duplicated(fd, number);
  dcp_kernel(SYS_close, fd);
  dcp_fd_forget(fd);
  seek_to_end(number, flags);
}

static void close_own(int fd) {
  int saved = errno;
  dcp_close(fd);
  errno = saved;
}

DCP_EXPORT FILE *fopen(const char *restrict path, const char *restrict mode) {
  if (!dcp_path_is_ours(AT_FDCWD, path)) {
    return DCP_REAL(fopen)(path, mode);
  }
  int flags = flags_of(mode);
  if (flags < 0) {
    errno = EINVAL;
    return NULL;
  }
  int fd = dcp_openat(AT_FDCWD, path, flags, 0666);
  if (fd < 0) {
    return NULL;
  }
  FILE *stream;
  if (wants_charset(mode)) {  // fdopen does not know it
    stream = DCP_REAL(fopen)("/dev/null", mode);
    if (stream != NULL) {
      replace(stream, fd, flags);
      return stream;
    }
  } else {
    seek_to_end(fd, flags);
    stream = DCP_REAL(fdopen)(fd, mode);
  }
  if (stream == NULL) {
    close_own(fd);
  }
  return stream;
}
DCP_ALIAS(FILE *, fopen64, fopen, (const char *restrict path, const char *restrict mode));

// The mode without 'x', with which nothing that exists can be opened. A longer one than libc looks at has a charset.
static const char *not_exclusive(const char *mode, char plain[16]) {
  size_t length = 0;
  if (strlen(mode) >= 16) return mode;
  for (const char *at = mode; *at != '\0'; at++)
    if (*at != 'x' || strchr(mode, ',') != NULL) plain[length++] = *at;
  plain[length] = '\0';
  return plain;
}

// libc reopens the stream on something else with the wanted mode, and then the file takes that one's number.
DCP_EXPORT FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream) {
  int old = fileno_unlocked(stream);
  FILE *result;
  if (!dcp_path_is_ours(AT_FDCWD, path)) {
    bool same_file = path == NULL && old >= 0 && dcp_fd_is_tree(old);
    result = DCP_REAL(freopen)(path, mode, stream);
    dcp_fd_forget(old);
    if (result != NULL) {
      int number = fileno_unlocked(result);
      dcp_fd_forget(number);
      if (same_file && mode[0] == 'w') {
        dcp_fd_changed(number);
      }
    }
    return result;
  }
  int flags = flags_of(mode);
  int fd = -1;
  if (flags < 0) {
    errno = EINVAL;
  } else {
    fflush(stream);  // before the file is emptied, which may be the stream's own
    fd = dcp_openat(AT_FDCWD, path, flags, 0666);
  }
  int error = errno;
  if (fd >= 0 && fd == old) {  // it was closed behind the stream, and libc will close it
    long aside = dcp_kernel(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd + 1);
    if (aside < 0) {
      close_own(fd);
      errno = (int)-aside;
      return NULL;
    }
    dcp_fd_duplicated(fd, (int)aside);
    dcp_kernel(SYS_close, fd);
    dcp_fd_forget(fd);
    fd = (int)aside;
  }
  // Where the open failed, so does this one: the stream ends closed, as libc leaves it.
  char plain[16];
  result = DCP_REAL(freopen)(fd < 0 ? "/dev/null/" : "/dev/null", flags < 0 ? "r" : not_exclusive(mode, plain), stream);
  dcp_fd_forget(old);
  if (fd < 0) {
    errno = errno == EBADF ? EBADF : error;  // libc closes the old number last, which may be closed already
    return NULL;
  }
  if (result == NULL) {
    close_own(fd);
    return NULL;
  }
  replace(result, fd, flags);
  return result;
}
DCP_ALIAS(FILE *, freopen64, freopen, (const char *restrict path, const char *restrict mode, FILE *restrict stream));

DCP_EXPORT FILE *fdopen(int fd, const char *mode) {
  if (dcp_fd_is_private(fd)) {
    errno = EBADF;
    return NULL;
  }
  return DCP_REAL(fdopen)(fd, mode);
}

DCP_EXPORT int fclose(FILE *stream) {
  if (dcp_popened(stream)) {
    return dcp_pclose(stream);  // as libc's: a command's stream waits for it
  }
  int saved = errno;
  int fd = fileno_unlocked(stream);  // a stream without a descriptor (fmemopen) sets errno
  errno = saved;
  int result = DCP_REAL(fclose)(stream);
  dcp_fd_forget(fd);
  return result;
}
