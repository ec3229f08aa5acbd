#include "case.h"

int main(void) {
  put("a", "x");
  MUST(mkdir("d", 0755));
  MUST(mkdir("e", 0755));
  put("e/inner", "y");
  struct stat a = stat_of("a"), e = stat_of("e"), inner = stat_of("e/inner");
  int fd = MUST(open("a", O_RDONLY));
  MUST(rename("a", "d/b"));
  MUST(rename("e", "d/e"));
  struct stat b = stat_of("d/b"), moved = stat_of("d/e"), deep = stat_of("d/e/inner"), open_file;
  MUST(fstat(fd, &open_file));
  TRUTH(a.st_ino == b.st_ino && a.st_ino == open_file.st_ino);
  TRUTH(e.st_ino == moved.st_ino);
  TRUTH(inner.st_ino == deep.st_ino);
  TRUTH(compare_times(a.st_mtim, b.st_mtim) == 0);
  TRUTH(a.st_dev == moved.st_dev);
  put("a", "other");
  TRUTH(stat_of("a").st_ino != b.st_ino);
  MUST(rename("a", "d/b"));
  TRUTH(stat_of("d/b").st_ino != b.st_ino);
  MUST(fstat(fd, &open_file));
  TRUTH(open_file.st_ino == b.st_ino);
  SHOW(open_file.st_nlink);
  return 0;
}
