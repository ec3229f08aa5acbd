// See reopen.h; rules as in ask.c. The kernel's own name of the file leads to it by the mirror.
#include "reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "kernel.h"

void dcp_reach(struct dcp_reached *reached, int descriptor) {
  char link[32] = "/proc/self/fd/";
  char digits[12];
  size_t count = 0, at = strlen(link);
  for (unsigned rest = (unsigned)descriptor; count == 0 || rest != 0; rest /= 10) {
    digits[count++] = (char)('0' + rest % 10);
  }
  while (count > 0) {
    link[at++] = digits[--count];
  }
  long length = dcp_kernel(SYS_readlinkat, AT_FDCWD, link, reached->path, sizeof reached->path - 1);
  bool known = length > 0 && dcp_kernel(SYS_fstat, descriptor, &reached->file) == 0;
  reached->path[known ? length : 0] = '\0';
}

int dcp_reopen(const struct dcp_reached *reached, uint32_t flags) {
  if (reached->path[0] != '/') {
    return -EMFILE;
  }
  long descriptor = dcp_kernel(SYS_openat, AT_FDCWD, reached->path, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC), 0);
  if (descriptor < 0) {
    return -EMFILE;
  }
  struct stat found;
  if (dcp_kernel(SYS_fstat, descriptor, &found) != 0 || found.st_ino != reached->file.st_ino ||
      found.st_dev != reached->file.st_dev) {  // renamed meanwhile
    dcp_kernel(SYS_close, descriptor);
    return -EMFILE;
  }
  return (int)descriptor;
}
