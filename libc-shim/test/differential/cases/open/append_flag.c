#include "case.h"

int main(void) {
  put("f", "one ");
  int fd = SHOW(open("f", O_WRONLY | O_APPEND));
  int other = MUST(open("f", O_WRONLY));
  SHOW(write(fd, "two ", 4));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(write(fd, "three ", 6));
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(pwrite(other, "ONE", 3, 0));
  SHOW(fcntl(fd, F_SETFL, 0));
  SHOW(lseek(fd, 4, SEEK_SET));
  SHOW(write(fd, "TWO", 3));
  show_contents("f");
  return 0;
}
