#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  int ready[2];
  MUST(pipe(ready));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int mine = MUST(open("f", O_RDWR));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    MUST(fcntl(mine, F_SETLK, &lock));
    MUST(flock(mine, LOCK_EX));
    MUST(write(ready[1], "r", 1));
    for (;;) pause();
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(fd, F_SETLK, &lock));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  MUST(kill(pid, SIGKILL));
  SHOW(fcntl(fd, F_SETLKW, &lock));
  SHOW(flock(fd, LOCK_EX));
  reap(pid);
  return 0;
}
