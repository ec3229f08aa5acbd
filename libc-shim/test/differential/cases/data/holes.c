#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  MUST(pwrite(fd, "start", 5, 0));
  MUST(pwrite(fd, "middle", 6, 1 << 20));
  MUST(ftruncate(fd, 4 << 20));
  SHOW(lseek(fd, 0, SEEK_DATA));
  SHOW(lseek(fd, 0, SEEK_HOLE));
  SHOW(lseek(fd, 8192, SEEK_DATA));
  SHOW(lseek(fd, 1 << 20, SEEK_HOLE));
  SHOW(lseek(fd, 2 << 20, SEEK_DATA));
  SHOW(lseek(fd, 4 << 20, SEEK_HOLE));
  SHOW(lseek(fd, -1, SEEK_DATA));
  struct stat st;
  MUST(fstat(fd, &st));
  TRUTH(st.st_blocks * 512 < 1 << 20);
  MUST(stat("f", &st));
  TRUTH(st.st_blocks * 512 < 1 << 20);
  MUST(pwrite(fd, "far", 3, 1L << 40));
  SHOW(stat_of("f").st_size);
  char text[8] = {0};
  SHOW(pread(fd, text, 7, (1L << 40) - 2));
  MUST(ftruncate(fd, 100));
  SHOW(pwrite(fd, "x", 1, (1L << 62)));
  return 0;
}
