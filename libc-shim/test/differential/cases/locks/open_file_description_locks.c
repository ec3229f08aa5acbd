#include "case.h"

static long lock(int fd, int type, int command) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
  return fcntl(fd, command, &lock);
}

int main(void) {
  int a = MUST(open("f", O_RDWR | O_CREAT, 0644)), b = MUST(open("f", O_RDWR)), c = MUST(dup(a));
  SHOW(lock(a, F_WRLCK, F_OFD_SETLK));
  SHOW(lock(b, F_WRLCK, F_OFD_SETLK));
  SHOW(lock(b, F_RDLCK, F_OFD_SETLK));
  SHOW(lock(c, F_WRLCK, F_OFD_SETLK));
  SHOW(lock(b, F_WRLCK, F_SETLK));
  struct flock query = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 3, .l_len = 1};
  SHOW(fcntl(b, F_OFD_GETLK, &query));
  printf("type %d start %ld length %ld pid %d\n", query.l_type, (long)query.l_start, (long)query.l_len, query.l_pid);
  SHOW(close(a));
  SHOW(lock(b, F_WRLCK, F_OFD_SETLK));
  SHOW(close(c));
  SHOW(lock(b, F_WRLCK, F_OFD_SETLK));
  return 0;
}
