#include "case.h"

int main(void) {
  put("f", "x");
  int fd = MUST(open("f", O_RDONLY));
  SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_SETLEASE, F_RDLCK));
  SHOW(fcntl(fd, F_GETLEASE));
  SHOW(fcntl(fd, F_SETLEASE, F_UNLCK));
  SHOW(fcntl(fd, F_GETLEASE));
  return 0;
}
