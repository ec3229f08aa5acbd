#include "case.h"

int main(void) {
  int fd = SHOW(open("f", O_RDWR | O_CREAT, 0644));
  char text[64] = {0};
  SHOW(write(fd, "0123456789", 10));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(lseek(fd, -3, SEEK_END));
  SHOW(read(fd, text, 63));
  puts(text);
  SHOW(read(fd, text, 63));
  SHOW(lseek(fd, 2, SEEK_SET));
  SHOW(read(fd, text, 4));
  SHOW(lseek(fd, -100, SEEK_CUR));
  SHOW(lseek(fd, 0, 99));
  SHOW(pread(fd, text, 4, 8));
  SHOW(pread(fd, text, 4, 100));
  SHOW(pread(fd, text, 4, -1));
  SHOW(pwrite(fd, "XY", 2, 3));
  struct iovec out[3] = {{"ab", 2}, {"", 0}, {"cdef", 4}};
  SHOW(writev(fd, out, 3));
  SHOW(pwritev(fd, out, 3, 20));
  SHOW(pwritev2(fd, out, 3, 30, 0));
  SHOW(pwritev2(fd, out, 3, -1, RWF_APPEND));
  char a[5] = {0}, b[9] = {0};
  struct iovec in[2] = {{a, 4}, {b, 8}};
  SHOW(preadv(fd, in, 2, 0));
  printf("%s|%s\n", a, b);
  SHOW(lseek(fd, 1, SEEK_SET));
  SHOW(readv(fd, in, 2));
  printf("%s|%s\n", a, b);
  SHOW(preadv2(fd, in, 2, 2, 0));
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(lseek(fd, 100, SEEK_SET));
  SHOW(write(fd, "end", 3));
  SHOW(stat_of("f").st_size);
  SHOW(write(MUST(open("f", O_RDONLY)), "x", 1));
  SHOW(read(MUST(open("f", O_WRONLY)), text, 1));
  return 0;
}
