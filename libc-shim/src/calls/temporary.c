// Names that nobody has yet: libc makes them with its own inner open, mkdir and lstat, so we make them ourselves.
// Rules as in files.c.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "calls.h"
#include "real.h"

#define RANDOM_CHARACTERS 6
#define ATTEMPTS (62 * 62 * 62)  // as glibc

enum kind { A_FILE, A_DIRECTORY, NO_FILE };

static void fill_in(char *at) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  uint64_t random = 0;
  if (dcp_kernel(SYS_getrandom, &random, sizeof random, 0) < 0) {
    struct timespec now;
    dcp_kernel(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    random = ((uint64_t)now.tv_nsec << 20 ^ (uint64_t)now.tv_sec) * 2862933555777941757ULL;
  }
  for (int i = 0; i < RANDOM_CHARACTERS; i++, random /= 62) {
    at[i] = letters[random % 62];
  }
}

// Fills the XXXXXX before the last SUFFIX_LENGTH characters of PATTERN. A descriptor or 0, -1 with errno.
static int make(char *pattern, int suffix_length, int flags, enum kind kind) {
  size_t length = strlen(pattern);
  char *at = pattern + length - (size_t)suffix_length - RANDOM_CHARACTERS;
  if (suffix_length < 0 || length < (size_t)suffix_length + RANDOM_CHARACTERS ||
      memcmp(at, "XXXXXX", RANDOM_CHARACTERS) != 0) {
    errno = EINVAL;
    return -1;
  }
  int saved = errno;
  for (int i = 0; i < ATTEMPTS; i++) {
    fill_in(at);
    int result;
    if (kind == A_FILE) {
      result = dcp_openat(AT_FDCWD, pattern, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
    } else if (kind == A_DIRECTORY) {
      result = dcp_mkdirat(AT_FDCWD, pattern, 0700);
    } else {
      struct stat seen;
      if (dcp_fstatat(AT_FDCWD, pattern, &seen, AT_SYMLINK_NOFOLLOW) == 0) {
        continue;
      }
      result = errno == ENOENT ? 0 : -1;
      if (result < 0) {
        return -1;
      }
    }
    if (result >= 0) {
      errno = saved;
      return result;
    }
    if (errno != EEXIST) {
      return -1;
    }
  }
  errno = EEXIST;
  return -1;
}

DCP_EXPORT int mkstemp(char *pattern) {
  return dcp_path_is_ours(AT_FDCWD, pattern) ? make(pattern, 0, 0, A_FILE) : DCP_REAL(mkstemp)(pattern);
}
DCP_ALIAS(int, mkstemp64, mkstemp, (char *pattern));

DCP_EXPORT int mkostemp(char *pattern, int flags) {
  return dcp_path_is_ours(AT_FDCWD, pattern) ? make(pattern, 0, flags, A_FILE) : DCP_REAL(mkostemp)(pattern, flags);
}
DCP_ALIAS(int, mkostemp64, mkostemp, (char *pattern, int flags));

DCP_EXPORT int mkstemps(char *pattern, int suffix_length) {
  return dcp_path_is_ours(AT_FDCWD, pattern) ? make(pattern, suffix_length, 0, A_FILE)
                                             : DCP_REAL(mkstemps)(pattern, suffix_length);
}
DCP_ALIAS(int, mkstemps64, mkstemps, (char *pattern, int suffix_length));

DCP_EXPORT int mkostemps(char *pattern, int suffix_length, int flags) {
  return dcp_path_is_ours(AT_FDCWD, pattern) ? make(pattern, suffix_length, flags, A_FILE)
                                             : DCP_REAL(mkostemps)(pattern, suffix_length, flags);
}
DCP_ALIAS(int, mkostemps64, mkostemps, (char *pattern, int suffix_length, int flags));

DCP_EXPORT char *mkdtemp(char *pattern) {
  if (!dcp_path_is_ours(AT_FDCWD, pattern)) {
    return DCP_REAL(mkdtemp)(pattern);
  }
  return make(pattern, 0, 0, A_DIRECTORY) == 0 ? pattern : NULL;
}

DCP_EXPORT char *mktemp(char *pattern) {
  if (!dcp_path_is_ours(AT_FDCWD, pattern)) {
    return DCP_REAL(mktemp)(pattern);
  }
  if (make(pattern, 0, 0, NO_FILE) != 0) {
    pattern[0] = '\0';
  }
  return pattern;
}

// libc looks only whether the directory is there, and makes a name that is random.
DCP_EXPORT char *tempnam(const char *directory, const char *prefix) {
  int saved = errno;
  const char *wanted = secure_getenv("TMPDIR");
  if (wanted != NULL) {
    dcp_prepare(AT_FDCWD, wanted, DCP_PREPARE_FOLLOW);
  }
  dcp_prepare(AT_FDCWD, directory, DCP_PREPARE_FOLLOW);
  errno = saved;
  return DCP_REAL(tempnam)(directory, prefix);
}
