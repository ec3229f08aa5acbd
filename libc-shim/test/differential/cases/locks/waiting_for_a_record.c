#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(fd, F_SETLK, &lock));
  int ready[2];
  MUST(pipe(ready));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    MUST(write(ready[1], "r", 1));
    int result = fcntl(fd, F_SETLKW, &lock);
    char text[8] = {0};
    MUST(pread(fd, text, 7, 0));
    printf("child: %d, sees \"%s\"\n", result, text);
    _exit(0);
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  SHOW(pwrite(fd, "written", 7, 0));
  lock.l_type = F_UNLCK;
  MUST(fcntl(fd, F_SETLK, &lock));
  reap(pid);
  return 0;
}
