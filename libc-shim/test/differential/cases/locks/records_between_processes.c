#include "case.h"

static int fd;

static long lock(int type, long start, long length, int command) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  return fcntl(fd, command, &lock);
}

static void other(void) {
  struct flock query = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0};
  SHOW(fcntl(fd, F_GETLK, &query));
  printf("type %d start %ld length %ld owner %s\n", query.l_type, (long)query.l_start, (long)query.l_len,
         query.l_pid == getppid() ? "parent" : "other");
  SHOW(lock(F_WRLCK, 0, 10, F_SETLK));
  SHOW(lock(F_RDLCK, 0, 10, F_SETLK));
  SHOW(lock(F_WRLCK, 20, 10, F_SETLK));
  SHOW(lock(F_RDLCK, 100, 10, F_SETLK));
  SHOW(lock(F_WRLCK, 100, 10, F_SETLK));
  int mine = MUST(open("f", O_RDWR));
  fd = mine;
  SHOW(lock(F_WRLCK, 5, 1, F_SETLK));
}

int main(void) {
  fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(lock(F_WRLCK, 0, 10, F_SETLK));
  SHOW(lock(F_RDLCK, 100, 10, F_SETLK));
  in_child(other);
  SHOW(lock(F_UNLCK, 2, 3, F_SETLK));
  in_child(other);
  SHOW(close(MUST(open("f", O_RDONLY))));
  in_child(other);
  SHOW(lock(F_WRLCK, 0, 10, 9999));
  fd = MUST(open("f", O_RDONLY));
  SHOW(lock(F_WRLCK, 0, 10, F_SETLK));
  SHOW(lock(F_RDLCK, 0, 10, F_SETLK));
  SHOW(lockf(MUST(open("f", O_RDWR)), F_TLOCK, 10));
  SHOW(lockf(99, F_LOCK, 10));
  SHOW(lockf(MUST(open("f", O_RDWR)), F_TEST, 10));
  return 0;
}
