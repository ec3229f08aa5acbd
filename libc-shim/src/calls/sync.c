// fsync and its kin: the kernel's own on the mirror file, then the journal's.

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "real.h"

// 0, or -1 with errno.
static int tell(uint16_t operation, uint64_t inode) {
  struct dcp_request request = {.operation = operation, .directory = AT_FDCWD, .inode = inode};
  return dcp_tell(&request) < 0 ? -1 : 0;
}

static int sync_journal(int fd) {
  struct stat status;
  if (DCP_REAL(fstat)(fd, &status) < 0) return -1;
  return tell(DCP_OP(SYNC), status.st_ino);
}

static int refuse(void) {
  errno = EBADF;
  return -1;
}

DCP_EXPORT int fsync(int fd) {
  if (dcp_fd_is_private(fd)) return refuse();
  int result = DCP_REAL(fsync)(fd);
  return result == 0 && dcp_fd_is_tree(fd) ? sync_journal(fd) : result;
}

DCP_EXPORT int fdatasync(int fd) {
  if (dcp_fd_is_private(fd)) return refuse();
  int result = DCP_REAL(fdatasync)(fd);
  return result == 0 && dcp_fd_is_tree(fd) ? sync_journal(fd) : result;
}

DCP_EXPORT int syncfs(int fd) {
  if (dcp_fd_is_private(fd)) return refuse();
  if (dcp_fd_is_tree(fd) && tell(DCP_OP(SYNC_ALL), 0) < 0) return -1;
  return DCP_REAL(syncfs)(fd);
}

DCP_EXPORT void sync(void) {
  int before = errno;
  if (dcp_attached()) tell(DCP_OP(SYNC_ALL), 0);
  errno = before;
  DCP_REAL(sync)();
}

static const char *hexadecimal(const char *at, uint64_t *value) {
  *value = 0;
  for (;; at++) {
    int digit = *at >= '0' && *at <= '9' ? *at - '0' : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10 : -1;
    if (digit < 0) return at;
    *value = *value << 4 | (uint64_t)digit;
  }
}

// One line of proc_pid_maps(5): "from-to perms offset device inode path". The inode if ADDRESS lies in it and its file
// is in the tree, else 0.
static uint64_t tree_inode_in(const char *line, uint64_t address) {
  uint64_t from, to, inode = 0;
  const char *at = hexadecimal(line, &from);
  hexadecimal(at + 1, &to);
  if (address < from || address >= to) return 0;
  for (int field = 0; field < 4 && at != NULL; field++) {
    at = strchr(at, ' ');
    at += at != NULL;
  }
  if (at == NULL) return 0;
  for (; *at >= '0' && *at <= '9'; at++) inode = 10 * inode + (uint64_t)(*at - '0');
  at += strspn(at, " ");
  const char *root = dcp_root();
  size_t length = strlen(root);
  return length > 0 && strncmp(at, root, length) == 0 && at[length] == '/' ? inode : 0;
}

// The mirror inode of the tree's file that is mapped at ADDRESS; 0 if none is.
static uint64_t mapped_inode(uint64_t address) {
  int fd = DCP_REAL(openat)(AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char buffer[8192];  // longer than any line
  size_t held = 0;
  uint64_t inode = 0;
  for (;;) {
    ssize_t got = read(fd, buffer + held, sizeof buffer - 1 - held);
    if (got <= 0) break;
    held += (size_t)got;
    buffer[held] = '\0';
    char *line = buffer, *end;
    while (inode == 0 && (end = strchr(line, '\n')) != NULL) {
      *end = '\0';
      inode = tree_inode_in(line, address);
      line = end + 1;
    }
    held -= (size_t)(line - buffer);
    memmove(buffer, line, held);
    if (inode != 0 || held == sizeof buffer - 1) break;
  }
  DCP_REAL(close)(fd);
  return inode;
}

DCP_EXPORT int msync(void *address, size_t length, int flags) {
  int result = DCP_REAL(msync)(address, length, flags);
  if (result < 0 || (flags & MS_SYNC) == 0 || !dcp_attached()) return result;
  int before = errno;
  uint64_t inode = mapped_inode((uint64_t)(uintptr_t)address);
  errno = before;
  return inode == 0 ? 0 : tell(DCP_OP(SYNC), inode);
}
