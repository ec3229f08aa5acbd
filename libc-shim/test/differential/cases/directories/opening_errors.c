#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("d", "l"));
  SHOW_POINTER(opendir("missing"));
  SHOW_POINTER(opendir("f"));
  SHOW_POINTER(opendir(""));
  SHOW_POINTER(opendir("f/x"));
  DIR *dir = SHOW_POINTER(opendir("l"));
  SHOW(dirfd(dir));
  SHOW(fcntl(dirfd(dir), F_GETFD));
  SHOW(fcntl(dirfd(dir), F_GETFL));
  SHOW(closedir(dir));
  int fd = MUST(open("f", O_RDONLY));
  SHOW_POINTER(fdopendir(fd));
  SHOW_POINTER(fdopendir(99));
  int d = MUST(open("d", O_RDONLY));
  dir = SHOW_POINTER(fdopendir(d));
  TRUTH(dirfd(dir) == d);
  SHOW(fcntl(d, F_GETFD));
  SHOW(closedir(dir));
  SHOW(fcntl(d, F_GETFD));
  return 0;
}
