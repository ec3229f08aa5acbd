// Writing is native. Only while the agent holds writers back (the region's throttle) a writer to the tree asks for
// room. May be called in a signal handler and in a vfork child.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "../table/region.h"
#include "real.h"

ssize_t __write(int fd, const void *bytes, size_t size);
ssize_t __pwrite64(int fd, const void *bytes, size_t size, off64_t offset);

// 0: there is room; -1 with errno (EIO after the bound on waiting).
static __attribute__((noinline)) int ask_room(int fd, size_t size) {
  if (!dcp_fd_is_tree(fd)) return 0;
  struct dcp_request request = {.operation = DCP_OP(ROOM), .directory = AT_FDCWD, .size = (int64_t)size};
  int told;
  do {
    told = dcp_tell(&request);
  } while (told < 0 && errno == EAGAIN);  // no room yet: the agent says so before our patience ends
  return told < 0 ? -1 : 0;
}

static inline bool may_write(int fd, size_t size) { return !dcp_region_throttled() || ask_room(fd, size) == 0; }

// 0 for parts that the kernel will refuse.
static size_t total(const struct iovec *parts, int count) {
  size_t size = 0;
  if (count < 0 || count > IOV_MAX || !dcp_range_is_readable(parts, (size_t)count * sizeof *parts)) return 0;
  for (int i = 0; i < count; i++) size += parts[i].iov_len;
  return size;
}

static inline bool may_writev(int fd, const struct iovec *parts, int count) {
  return !dcp_region_throttled() || ask_room(fd, total(parts, count)) == 0;
}

DCP_EXPORT ssize_t write(int fd, const void *bytes, size_t size) {
  return may_write(fd, size) ? DCP_REAL(write)(fd, bytes, size) : -1;
}

DCP_EXPORT ssize_t __write(int fd, const void *bytes, size_t size) __attribute__((alias("write")));

DCP_EXPORT ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  return may_write(fd, size) ? DCP_REAL(pwrite)(fd, bytes, size, offset) : -1;
}

DCP_EXPORT ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) __attribute__((alias("pwrite")));
DCP_EXPORT ssize_t __pwrite64(int fd, const void *bytes, size_t size, off64_t offset) __attribute__((alias("pwrite")));

DCP_EXPORT ssize_t writev(int fd, const struct iovec *parts, int count) {
  return may_writev(fd, parts, count) ? DCP_REAL(writev)(fd, parts, count) : -1;
}

DCP_EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return may_writev(fd, parts, count) ? DCP_REAL(pwritev)(fd, parts, count, offset) : -1;
}

DCP_EXPORT ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
    __attribute__((alias("pwritev")));

DCP_EXPORT ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  return may_writev(fd, parts, count) ? DCP_REAL(pwritev2)(fd, parts, count, offset, flags) : -1;
}

DCP_EXPORT ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t offset, int flags)
    __attribute__((alias("pwritev2")));

DCP_EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
  return may_write(to, size) ? DCP_REAL(sendfile)(to, from, offset, size) : -1;
}

DCP_EXPORT ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) __attribute__((alias("sendfile")));

DCP_EXPORT ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size,
                                   unsigned flags) {
  return may_write(to, size) ? DCP_REAL(copy_file_range)(from, from_offset, to, to_offset, size, flags) : -1;
}

DCP_EXPORT ssize_t splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t size, unsigned flags) {
  return may_write(to, size) ? DCP_REAL(splice)(from, from_offset, to, to_offset, size, flags) : -1;
}
