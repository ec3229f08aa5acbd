#include "case.h"

int main(void) {
  put("f", "0123456789");
  int a = MUST(open("f", O_RDWR));
  int b = SHOW(dup(a));
  int c = SHOW(dup2(a, 50));
  int d = SHOW(dup3(a, 51, O_CLOEXEC));
  int e = SHOW(fcntl(a, F_DUPFD, 60));
  int f = SHOW(fcntl(a, F_DUPFD_CLOEXEC, 60));
  SHOW(fcntl(d, F_GETFD));
  SHOW(fcntl(e, F_GETFD));
  SHOW(fcntl(f, F_GETFD));
  char text[4] = {0};
  SHOW(read(a, text, 2));
  SHOW(read(b, text, 2));
  puts(text);
  SHOW(lseek(c, 0, SEEK_CUR));
  SHOW(close(a));
  SHOW(read(e, text, 2));
  struct stat st;
  for (int fd = 4; fd <= 61; fd++) {
    if (fcntl(fd, F_GETFD) >= 0) {
      MUST(fstat(fd, &st));
      printf("%d: %s\n", fd, st.st_ino == stat_of("f").st_ino ? "is f" : "is NOT f");
    }
  }
  SHOW(dup(99));
  SHOW(dup2(99, 50));
  SHOW(dup2(c, c));
  SHOW(dup3(c, c, 0));
  SHOW(dup2(c, -1));
  SHOW(dup2(c, 100000000));
  SHOW(dup3(c, 70, O_APPEND));
  SHOW(fcntl(c, F_DUPFD, -1));
  return 0;
}
