#include <linux/close_range.h>

#include "case.h"

static void work(void) {
  int fd = SHOW(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(write(fd, "x", 1));
  SHOW(mkdir("d", 0755));
  SHOW(rmdir("d"));
  SHOW(rename("f", "g"));
  struct stat st;
  SHOW(fstat(fd, &st));
  SHOW(unlink("g"));
}

int main(void) {
  put("kept", "x");
  for (int i = 0; i < 5; i++) MUST(open("kept", O_RDONLY));
  SHOW(close_range(3, ~0u, 0));
  for (int fd = 3; fd < 8; fd++) SHOW(fcntl(fd, F_GETFD));
  work();
  for (int i = 0; i < 5; i++) MUST(open("kept", O_RDONLY));
  closefrom(3);
  work();
  SHOW(syscall(SYS_close_range, 3, ~0u, 0));
  work();
  for (int fd = 3; fd < 20000; fd++) close(fd);
  work();
  SHOW(close_range(3, ~0u, CLOSE_RANGE_UNSHARE));
  work();
  SHOW(close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
  work();
  SHOW(close_range(5, 3, 0));
  SHOW(close_range(3, 4, 1 << 20));
  SHOW(open("kept", O_RDONLY));
  return 0;
}
