#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  static char text[65536];
  memset(text, 'd', sizeof text);
  SHOW(write(fd, text, sizeof text));
  SHOW(fallocate(fd, 0, 65536, 4096));
  SHOW(stat_of("f").st_size);
  SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 100000, 100000));
  SHOW(stat_of("f").st_size);
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192));
  SHOW(stat_of("f").st_size);
  SHOW(pread(fd, text, 16384, 0));
  TRUTH(text[4095] == 'd' && text[4096] == 0 && text[12287] == 0 && text[12288] == 'd');
  SHOW(fallocate(fd, FALLOC_FL_ZERO_RANGE, 16384, 4096));
  SHOW(pread(fd, text, 1, 16384));
  SHOW(text[0]);
  SHOW(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 8192));
  SHOW(stat_of("f").st_size);
  SHOW(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 4096));
  SHOW(stat_of("f").st_size);
  SHOW(posix_fallocate(fd, 0, 200000));
  SHOW(stat_of("f").st_size);
  SHOW(posix_fallocate(fd, 0, 0));
  SHOW(posix_fallocate(fd, -1, 10));
  SHOW(posix_fallocate(99, 0, 10));
  SHOW(fallocate(fd, 0, 0, 0));
  SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10));
  SHOW(fallocate(MUST(open("f", O_RDONLY)), 0, 0, 10));
  SHOW(fallocate64(fd, 0, 0, 300000));
  SHOW(posix_fallocate64(fd, 0, 400000));
  SHOW(stat_of("f").st_size);
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
  SHOW(readahead(fd, 0, 4096));
  return 0;
}
