#include <linux/fs.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "case.h"

int main(void) {
  put("f", "0123456789");
  int fd = MUST(open("f", O_RDWR));
  struct pollfd entry = {fd, POLLIN | POLLOUT, 0};
  SHOW(poll(&entry, 1, 0));
  SHOW(entry.revents);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  SHOW(select(fd + 1, &set, NULL, NULL, &(struct timeval){0}));
  int epoll = MUST(epoll_create1(0));
  struct epoll_event event = {.events = EPOLLIN};
  SHOW(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
  int available = 0;
  SHOW(ioctl(fd, FIONREAD, &available));
  SHOW(available);
  SHOW(ioctl(fd, FIOCLEX));
  SHOW(fcntl(fd, F_GETFD));
  SHOW(ioctl(fd, FIONCLEX));
  SHOW(ioctl(fd, TCGETS, &(char[64]){0}));
  SHOW(isatty(fd));
  SHOW(ioctl(fd, FIGETBSZ, &available));
  SHOW(lseek(fd, 3, SEEK_SET));
  SHOW(fcntl(fd, F_GETOWN));
  SHOW(fcntl(fd, F_SETPIPE_SZ, 4096));
  SHOW(fcntl(fd, 12345));
  SHOW(fcntl(99, F_GETFL));
  SHOW(recv(fd, &available, 1, 0));
  SHOW(ftell(fdopen(fd, "r")));
  return 0;
}
