#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  put("d/f", "inner");
  DIR *dir = opendir("d");
  int fd = dirfd(dir);
  struct stat st;
  SHOW(fstat(fd, &st));
  TRUTH(st.st_ino == stat_of("d").st_ino);
  SHOW(openat(fd, "f", O_RDONLY));
  SHOW(fchdir(fd));
  show_contents("f");
  SHOW(mkdirat(fd, "sub", 0755));
  SHOW(unlinkat(fd, "f", 0));
  SHOW(closedir(dir));
  SHOW(fstat(fd, &st));
  show_directory(".");
  return 0;
}
