#include "case.h"

int main(void) {
  put("f", "0123456789");
  int fd = MUST(open("f", O_RDWR));
  char text[32];
  SHOW(truncate("f", 4));
  show_contents("f");
  SHOW(truncate("f", 8));
  SHOW(pread(fd, text, 32, 0));
  TRUTH(memcmp(text, "0123\0\0\0\0", 8) == 0);
  SHOW(ftruncate(fd, 0));
  SHOW(ftruncate(fd, 1 << 20));
  SHOW(stat_of("f").st_size);
  SHOW(pread(fd, text, 32, 500000));
  TRUTH(text[0] == 0 && text[31] == 0);
  SHOW(ftruncate(fd, -1));
  SHOW(truncate("f", -1));
  SHOW(ftruncate(MUST(open("f", O_RDONLY)), 0));
  SHOW(truncate("missing", 0));
  SHOW(truncate(".", 0));
  SHOW(truncate("f/x", 0));
  SHOW(ftruncate(99, 0));
  SHOW(ftruncate(MUST(open(".", O_RDONLY)), 0));
  SHOW(truncate64("f", 5000000000));
  SHOW(stat_of("f").st_size);
  SHOW(ftruncate64(fd, 3));
  MUST(symlink("f", "l"));
  SHOW(truncate("l", 2));
  SHOW(stat_of("f").st_size);
  SHOW(lseek(fd, 10, SEEK_SET));
  SHOW(write(fd, "x", 1));
  SHOW(stat_of("f").st_size);
  SHOW(syscall(SYS_truncate, "f", 1));
  SHOW(syscall(SYS_ftruncate, fd, 2));
  SHOW(stat_of("f").st_size);
  return 0;
}
