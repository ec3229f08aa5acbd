/* A timer fires a thousand times a second, with and without SA_RESTART, while every kind of call is made. */
#include "case.h"

static volatile sig_atomic_t alarms;

static void on_alarm(int number) {
  (void)number;
  alarms++;
}

static int wrong;
#define RIGHT(expression)                                               \
  do {                                                                  \
    errno = 0;                                                          \
    if (!(expression)) {                                                \
      if (wrong++ < 5) printf("%s: %s\n", #expression, errno_name(errno)); \
    }                                                                   \
  } while (0)

static void round_of_calls(void) {
  struct stat st;
  struct statx stx;
  char buffer[64];
  int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);
  RIGHT(fd >= 0);
  RIGHT(write(fd, "some text", 9) == 9);
  RIGHT(pread(fd, buffer, 4, 0) == 4);
  RIGHT(fstat(fd, &st) == 0 && st.st_size == 9);
  RIGHT(statx(AT_FDCWD, "f", 0, STATX_ALL, &stx) == 0 && stx.stx_size == 9);
  RIGHT(fsync(fd) == 0);
  RIGHT(fchmod(fd, 0600) == 0);
  RIGHT(ftruncate(fd, 4) == 0);
  RIGHT(futimens(fd, NULL) == 0);
  RIGHT(fsetxattr(fd, "user.a", "1", 1, 0) == 0);
  RIGHT(getxattr("f", "user.a", buffer, 8) == 1);
  RIGHT(flock(fd, LOCK_EX) == 0);
  RIGHT(lockf(fd, F_LOCK, 0) == 0);
  RIGHT(close(fd) == 0);
  RIGHT(chown("f", 1, 1) == 0 || geteuid() != 0);
  RIGHT(link("f", "l") == 0);
  RIGHT(symlink("f", "s") == 0);
  RIGHT(readlink("s", buffer, sizeof buffer) == 1);
  RIGHT(access("s", R_OK) == 0);
  RIGHT(renameat2(AT_FDCWD, "f", AT_FDCWD, "l", RENAME_EXCHANGE) == 0);
  RIGHT(truncate("l", 2) == 0);
  RIGHT(mkdir("d", 0755) == 0);
  RIGHT(mkfifo("d/p", 0600) == 0);
  RIGHT(rename("l", "d/l") == 0);
  DIR *dir = opendir("d");
  int entries = 0;
  while (dir != NULL && readdir(dir) != NULL) entries++;
  RIGHT(entries == 4);
  RIGHT(dir != NULL && closedir(dir) == 0);
  RIGHT(chdir("d") == 0 && chdir("..") == 0);
  FILE *file = fopen("d/l", "r+");
  RIGHT(file != NULL && fread(buffer, 1, 8, file) == 2 && fclose(file) == 0);
  char *real = realpath("s", NULL);
  RIGHT(real != NULL);
  free(real);
  RIGHT(unlink("d/p") == 0 && unlink("d/l") == 0 && rmdir("d") == 0 && unlink("s") == 0 && unlink("f") == 0);
}

/* Calls that wait for something are interrupted, or go on, as natively. */
static void waiting(int flags) {
  struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
  sigaction(SIGALRM, &action, NULL);
  printf("-- %s\n", flags ? "SA_RESTART" : "interrupted");
  MUST(mkfifo("fifo", 0600));
  int gate[2];
  MUST(pipe(gate));
  put("locked", "x");
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int fd = open("locked", O_RDWR);
    MUST(lockf(fd, F_LOCK, 0));
    int own = open("locked", O_RDWR);
    MUST(flock(own, LOCK_EX));
    MUST(write(gate[1], "", 1));
    close(gate[1]);
    if (flags) {
      usleep(100000); /* the alarm comes meanwhile */
      close(open("fifo", O_WRONLY));
      close(fd);
    } else {
      pause();
    }
    _exit(0);
  }
  char ready;
  MUST(read(gate[0], &ready, 1));
  alarms = 0;
  setitimer(ITIMER_REAL, &often, NULL);
  int fd = SHOW(open("fifo", O_RDONLY) >= 0);
  SHOW(alarms > 0);
  fd = MUST(open("locked", O_RDWR));
  if (!flags) setitimer(ITIMER_REAL, &often, NULL);
  SHOW(lockf(fd, F_LOCK, 0));
  if (!flags) setitimer(ITIMER_REAL, &often, NULL);
  SHOW(flock(fd, LOCK_EX));
  setitimer(ITIMER_REAL, &never, NULL);
  if (!flags) kill(pid, SIGKILL);
  reap(pid);
  MUST(unlink("fifo"));
}

int main(void) {
  struct itimerval fast = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  for (int flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
    sigaction(SIGALRM, &action, NULL);
    alarms = 0;
    setitimer(ITIMER_REAL, &fast, NULL);
    while (alarms < 150) round_of_calls();
    setitimer(ITIMER_REAL, &never, NULL);
    SHOW(wrong);
  }
  waiting(0);
  waiting(SA_RESTART);
  return 0;
}
