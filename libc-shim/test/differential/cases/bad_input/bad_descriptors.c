#include "case.h"

int main(void) {
  struct stat st;
  char byte;
  put("f", "x");
  int closed = MUST(open("f", O_RDONLY));
  MUST(close(closed));
  const int bad[] = {-1, -2, INT_MIN, INT_MAX, 9999999};
  int numbers[6];
  memcpy(numbers, bad, sizeof bad);
  numbers[5] = closed;
  for (int i = 0; i < 6; i++) {
    int fd = numbers[i];
    printf("-- %d\n", i);
    SHOW(close(fd));
    SHOW(fstat(fd, &st));
    SHOW(read(fd, &byte, 1));
    SHOW(fchmod(fd, 0644));
    SHOW(fchown(fd, 0, 0));
    SHOW(ftruncate(fd, 0));
    SHOW(fsync(fd));
    SHOW(dup(fd));
    SHOW(fcntl(fd, F_GETFL));
    SHOW(fchdir(fd));
    SHOW(openat(fd, "f", O_RDONLY));
    SHOW(unlinkat(fd, "f", 0));
    SHOW(mkdirat(fd, "d", 0755));
    SHOW(fstatat(fd, "f", &st, 0));
    SHOW(readlinkat(fd, "f", &byte, 1));
    SHOW(flock(fd, LOCK_SH));
    SHOW(futimens(fd, NULL));
    SHOW(fsetxattr(fd, "user.a", "x", 1, 0));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(isatty(fd));
    SHOW_POINTER(fdopendir(fd));
  }
  return 0;
}
