/* Handlers run between calls on the tree and make such calls themselves; nothing fails with EINTR. */
#include "case.h"

static volatile sig_atomic_t alarms, failures_in_handler;

static void on_alarm(int signal) {
  int saved = errno;
  struct stat st;
  alarms++;
  if (stat("stable", &st) != 0) failures_in_handler++;
  int fd = open("stable", O_RDONLY);
  if (fd < 0) failures_in_handler++;
  close(fd);
  errno = saved;
}

int main(void) {
  put("stable", "x");
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {{0, 500}, {0, 500}};
  setitimer(ITIMER_REAL, &timer, NULL);
  int wrong = 0, rounds = 0;
  while (alarms < 200 || rounds < 300) {
    rounds++;
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);
    wrong += fd < 0;
    wrong += write(fd, "text", 4) != 4;
    struct stat st;
    wrong += fstat(fd, &st) != 0 || st.st_size != 4;
    wrong += close(fd) != 0;
    wrong += rename("f", "g") != 0;
    wrong += chmod("g", 0600) != 0;
    wrong += mkdir("d", 0755) != 0;
    DIR *dir = opendir(".");
    int entries = 0;
    while (dir && readdir(dir)) entries++;
    wrong += entries != 5;
    if (dir) closedir(dir);
    wrong += rmdir("d") != 0;
    wrong += unlink("g") != 0;
  }
  timer.it_value.tv_usec = timer.it_interval.tv_usec = 0;
  setitimer(ITIMER_REAL, &timer, NULL);
  SHOW(wrong);
  SHOW(failures_in_handler);
  return 0;
}
