/* Record locks stay with the process over exec and do not pass to a child; those of open files pass with them. */
#include "case.h"

static const char *who_blocks(int fd, int kind) {
  static char text[64];
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(fcntl(fd, kind, &lock));
  sprintf(text, "%s %s", lock.l_type == F_UNLCK ? "free" : lock.l_type == F_RDLCK ? "read" : "write",
          lock.l_type == F_UNLCK       ? ""
          : lock.l_pid == -1           ? "open file"
          : lock.l_pid == getppid()    ? "parent"
          : lock.l_pid == getpid()     ? "self"
                                       : "other");
  return text;
}

int main(int argc, char **argv) {
  if (argc == 2) { /* after exec: say what the parent sees of us */
    MUST(write(atoi(argv[1]), "x", 1));
    char c;
    MUST(read(0, &c, 1));
    return 0;
  }
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  int open_file = MUST(open("g", O_RDWR | O_CREAT, 0644)), whole = MUST(open("h", O_RDWR | O_CREAT, 0644));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10};
  int ready[2], go[2];
  MUST(pipe(ready));
  MUST(pipe(go));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    MUST(fcntl(fd, F_SETLK, &lock));
    MUST(fcntl(open_file, F_OFD_SETLK, &lock));
    MUST(flock(whole, LOCK_EX));
    MUST(dup2(go[0], 0));
    char number[16];
    sprintf(number, "%d", ready[1]);
    execl("/proc/self/exe", "again", number, NULL);
    _exit(127);
  }
  char c;
  MUST(read(ready[0], &c, 1));
  struct flock query = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(fcntl(fd, F_GETLK, &query));
  TRUTH(query.l_pid == pid);
  SHOW(query.l_start);
  SHOW(query.l_len);
  /* our descriptor is the same open file as the child's */
  SHOW(fcntl(open_file, F_OFD_SETLK, &lock));
  int separate = MUST(open("g", O_RDWR)), separate_whole = MUST(open("h", O_RDWR));
  SHOW(fcntl(separate, F_OFD_SETLK, &lock));
  SHOW(flock(separate_whole, LOCK_EX | LOCK_NB));
  SHOW(flock(whole, LOCK_EX | LOCK_NB));
  MUST(write(go[1], "x", 1));
  reap(pid);
  puts(who_blocks(fd, F_GETLK));
  puts(who_blocks(separate, F_OFD_GETLK));
  SHOW(flock(separate_whole, LOCK_EX | LOCK_NB));
  MUST(close(open_file));
  MUST(close(whole));
  puts(who_blocks(separate, F_OFD_GETLK));
  SHOW(flock(separate_whole, LOCK_EX | LOCK_NB));
  /* a child does not hold its parent's record locks, and its closing does not release them */
  lock.l_start = lock.l_len = 0;
  MUST(fcntl(fd, F_SETLK, &lock));
  pid = MUST(fork());
  if (pid == 0) {
    puts(who_blocks(fd, F_GETLK));
    SHOW(fcntl(fd, F_SETLK, &lock));
    MUST(close(fd));
    fd = MUST(open("f", O_RDWR));
    puts(who_blocks(fd, F_GETLK));
    _exit(0);
  }
  reap(pid);
  pid = MUST(fork());
  if (pid == 0) {
    puts(who_blocks(MUST(open("f", O_RDWR)), F_GETLK));
    _exit(0);
  }
  reap(pid);
  /* ranges: split, joined, upgraded, negative lengths, relative to the end and the offset */
  MUST(ftruncate(fd, 100));
  MUST(lseek(fd, 50, SEEK_SET));
  struct flock part = {.l_type = F_UNLCK, .l_whence = SEEK_CUR, .l_start = -10, .l_len = 20};
  SHOW(fcntl(fd, F_SETLK, &part));
  part = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_END, .l_start = 0, .l_len = -10};
  SHOW(fcntl(fd, F_SETLK, &part));
  part = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = -10};
  SHOW(fcntl(fd, F_SETLK, &part));
  part = (struct flock){.l_type = 7, .l_whence = SEEK_SET};
  SHOW(fcntl(fd, F_SETLK, &part));
  part = (struct flock){.l_type = F_RDLCK, .l_whence = 9};
  SHOW(fcntl(fd, F_SETLK, &part));
  SHOW(fcntl(fd, F_SETLK, NULL));
  part = (struct flock){.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_pid = 1};
  SHOW(fcntl(fd, F_OFD_SETLK, &part));
  pid = MUST(fork());
  if (pid == 0) {
    int mine = MUST(open("f", O_RDWR));
    for (int at = 0; at < 120; at += 10) {
      struct flock here = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
      MUST(fcntl(mine, F_GETLK, &here));
      printf("%d: type %d start %ld length %ld\n", at, here.l_type, (long)here.l_start, (long)here.l_len);
    }
    _exit(0);
  }
  reap(pid);
  return 0;
}
