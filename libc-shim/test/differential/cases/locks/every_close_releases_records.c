/* POSIX record locks go with the first close of any descriptor of the file, however it was opened, and with nothing
   else: not with what the process asks of the file, nor with fork or exec. */
#include "case.h"

static int locked_by_others(const char *path) {
  int ends[2];
  MUST(pipe(ends));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int fd = MUST(open(path, O_RDWR));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    MUST(fcntl(fd, F_GETLK, &lock));
    char answer = lock.l_type == F_UNLCK ? 'n' : lock.l_pid == getppid() ? 'y' : 'o';
    MUST(write(ends[1], &answer, 1));
    _exit(0);
  }
  char answer = 0;
  MUST(read(ends[0], &answer, 1));
  waitpid(pid, NULL, 0);
  close(ends[0]);
  close(ends[1]);
  return answer;
}

static int fd;

static void take(void) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(fcntl(fd, F_SETLK, &lock));
}

#define AFTER(expression)                                   \
  do {                                                      \
    take();                                                 \
    expression;                                             \
    printf("%s: %c\n", #expression, locked_by_others("f")); \
  } while (0)

int main(void) {
  put("f", "0123456789");
  MUST(link("f", "hard"));
  MUST(symlink("f", "soft"));
  MUST(mkdir("d", 0755));
  fd = MUST(open("f", O_RDWR));
  char text[64], own[64];
  struct stat st;
  struct statx sx;
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  /* these close a descriptor of the file */
  AFTER(close(open("f", O_RDONLY)));
  AFTER(close(open("hard", O_RDONLY)));
  AFTER(close(open("soft", O_WRONLY)));
  AFTER(close(open(own, O_RDWR)));
  AFTER(close(dup(fd)));
  AFTER(fclose(fopen("f", "r")));
  AFTER(close(open("hard", O_RDWR | O_CREAT, 0644)));
  int other = MUST(open("f", O_RDONLY)), spare = MUST(open("/dev/null", O_RDONLY));
  AFTER(dup2(spare, other));
  other = MUST(open("hard", O_RDONLY));
  AFTER(syscall(SYS_close_range, other, other, 0));
  other = MUST(open("f", O_PATH));
  AFTER(close(other));
  /* these do not */
  AFTER(stat("f", &st));
  AFTER(lstat("soft", &st));
  AFTER(fstat(fd, &st));
  AFTER(statx(AT_FDCWD, "hard", 0, STATX_ALL, &sx));
  AFTER(access("f", R_OK));
  AFTER(chmod("f", 0640));
  AFTER(fchmod(fd, 0644));
  AFTER(chown("hard", -1, -1));
  AFTER(utimensat(AT_FDCWD, "f", NULL, 0));
  AFTER(truncate("f", 5));
  AFTER(truncate("hard", 20));
  AFTER(ftruncate(fd, 10));
  AFTER(setxattr("f", "user.a", "1", 1, 0));
  AFTER(getxattr("f", "user.a", text, sizeof text));
  AFTER(listxattr("hard", text, sizeof text));
  AFTER(removexattr("f", "user.a"));
  AFTER(link("f", "more"));
  AFTER(rename("more", "d/more"));
  AFTER(unlink("d/more"));
  AFTER(readlink("soft", text, sizeof text));
  AFTER(readlink(own, text, sizeof text));
  AFTER(close(open(".", O_RDONLY)));
  AFTER(closedir(opendir(".")));
  AFTER(open("missing", O_RDONLY));
  AFTER(open("f", O_CREAT | O_EXCL | O_RDWR, 0644));
  AFTER(open("f", O_DIRECTORY));
  AFTER(open("soft", O_NOFOLLOW));
  AFTER(fsync(fd));
  AFTER(sync());
  AFTER(fallocate(fd, 0, 0, 100));
  AFTER(free(realpath("soft", NULL)));
  AFTER(system("cat f > /dev/null"));
  AFTER(read(fd, text, 3));
  AFTER(munmap(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0), 4096));
  AFTER(rename("f", "g"); rename("g", "f"));
  other = MUST(open("f", O_RDONLY)); /* opening alone does nothing */
  printf("opened: %c\n", locked_by_others("f"));
  /* the other kinds are not touched by other descriptors */
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(close(other));
  int owner = MUST(open("f", O_RDWR));
  SHOW(fcntl(owner, F_OFD_SETLK, &whole));
  MUST(close(MUST(open("f", O_RDWR))));
  struct flock query = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(fd, F_OFD_GETLK, &query));
  SHOW(query.l_type == F_WRLCK);
  SHOW(query.l_pid);
  int copy = MUST(dup(owner));
  MUST(close(owner));
  query = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(fcntl(fd, F_OFD_GETLK, &query));
  SHOW(query.l_type == F_WRLCK);
  MUST(close(copy));
  query = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
  MUST(fcntl(fd, F_OFD_GETLK, &query));
  SHOW(query.l_type == F_UNLCK);
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  int second = MUST(open("hard", O_RDWR));
  SHOW(flock(second, LOCK_EX | LOCK_NB));
  SHOW(flock(second, LOCK_SH | LOCK_NB));
  MUST(close(MUST(dup(fd))));
  SHOW(flock(second, LOCK_SH | LOCK_NB));
  SHOW(flock(fd, LOCK_SH));
  SHOW(flock(second, LOCK_SH | LOCK_NB));
  SHOW(flock(second, LOCK_EX | LOCK_NB));
  return 0;
}
