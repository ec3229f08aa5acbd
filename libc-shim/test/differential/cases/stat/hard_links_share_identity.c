#include "case.h"

int main(void) {
  put("a", "x");
  MUST(mkdir("d", 0755));
  SHOW(link("a", "b"));
  SHOW(link("a", "d/c"));
  struct stat a = stat_of("a"), b = stat_of("b"), c = stat_of("d/c");
  TRUTH(a.st_ino == b.st_ino && b.st_ino == c.st_ino);
  TRUTH(a.st_dev == b.st_dev && b.st_dev == c.st_dev);
  SHOW(a.st_nlink);
  SHOW(c.st_nlink);
  int fd = MUST(open("b", O_WRONLY | O_APPEND));
  SHOW(write(fd, "yz", 2));
  show_file("a");
  show_file("d/c");
  SHOW(unlink("a"));
  struct stat after = stat_of("d/c"), by_descriptor;
  SHOW(fstat(fd, &by_descriptor));
  SHOW(after.st_nlink);
  SHOW(by_descriptor.st_nlink);
  TRUTH(after.st_ino == a.st_ino && by_descriptor.st_ino == a.st_ino);
  put("a", "new");
  TRUTH(stat_of("a").st_ino != a.st_ino);
  return 0;
}
