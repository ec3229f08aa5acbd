#include "case.h"

int main(void) {
  int fd = open("f", O_RDWR | O_CREAT | O_DIRECT, 0644);
  if (fd < 0 && errno == EINVAL) skip("the file system has no direct I/O");
  char *buffer = aligned_alloc(4096, 8192);
  memset(buffer, 'q', 8192);
  SHOW(write(fd, buffer, 8192));
  SHOW(fcntl(fd, F_GETFL) & O_DIRECT);
  memset(buffer, 0, 8192);
  SHOW(pread(fd, buffer, 4096, 4096));
  TRUTH(buffer[0] == 'q' && buffer[4095] == 'q');
  SHOW(stat_of("f").st_size);
  SHOW(pread(fd, buffer + 1, 100, 3));
  SHOW(fcntl(fd, F_SETFL, 0));
  SHOW(pread(fd, buffer + 1, 100, 3));
  return 0;
}
