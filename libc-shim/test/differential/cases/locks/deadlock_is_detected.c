#include "case.h"

static int fd;

static int take(long at) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
  return fcntl(fd, F_SETLKW, &lock);
}

int main(void) {
  fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  int ready[2];
  MUST(pipe(ready));
  MUST(take(0));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    MUST(take(1));
    MUST(write(ready[1], "r", 1));
    int result = take(0);
    _exit(result == 0 ? 0 : errno == EDEADLK ? 1 : 2);
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  int mine = take(1);
  int error = mine ? errno : 0;
  close(fd);
  int status;
  waitpid(pid, &status, 0);
  int theirs = WEXITSTATUS(status);
  TRUTH((mine == -1 && error == EDEADLK && theirs == 0) || (mine == 0 && theirs == 1));
  return 0;
}
