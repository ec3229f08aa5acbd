#include "case.h"

int main(void) {
  put("f", "x");
  const int flags[] = {O_RDONLY,
                       O_WRONLY,
                       O_RDWR,
                       O_RDWR | O_APPEND,
                       O_RDWR | O_NONBLOCK,
                       O_RDWR | O_SYNC,
                       O_RDWR | O_DSYNC,
                       O_RDONLY | O_NOATIME,
                       O_RDWR | O_CREAT | O_TRUNC,
                       O_RDONLY | O_NOFOLLOW,
                       O_RDONLY | O_LARGEFILE,
                       O_RDWR | O_CREAT};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    int fd = open("f", flags[i], 0644);
    printf("%#o: fcntl %#o\n", flags[i], fcntl(fd, F_GETFL));
    close(fd);
  }
  int fd = MUST(open("f", O_RDWR));
  SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
  SHOW(fcntl(fd, F_GETFL));
  int dir = MUST(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(fcntl(dir, F_GETFL));
  return 0;
}
