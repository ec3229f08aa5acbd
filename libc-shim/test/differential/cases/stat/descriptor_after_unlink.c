#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0640));
  MUST(write(fd, "contents", 8));
  struct stat before, after;
  MUST(fstat(fd, &before));
  MUST(unlink("f"));
  SHOW(fstat(fd, &after));
  SHOW(after.st_nlink);
  SHOW(after.st_size);
  SHOW(after.st_mode);
  TRUTH(before.st_ino == after.st_ino && before.st_dev == after.st_dev);
  SHOW(fchmod(fd, 0600));
  SHOW(ftruncate(fd, 4));
  SHOW(fstat(fd, &after));
  SHOW(after.st_mode);
  SHOW(after.st_size);
  put("f", "another");
  TRUTH(stat_of("f").st_ino != before.st_ino);
  SHOW(fstat(fd, &after));
  TRUTH(before.st_ino == after.st_ino);
  MUST(mkdir("d", 0755));
  int dir = MUST(open("d", O_RDONLY | O_DIRECTORY));
  MUST(fstat(dir, &before));
  MUST(rmdir("d"));
  SHOW(fstat(dir, &after));
  SHOW(after.st_nlink);
  TRUTH(before.st_ino == after.st_ino);
  return 0;
}
