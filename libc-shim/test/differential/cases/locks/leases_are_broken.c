/* A lease is told of who opens the file, and whoever opens it waits for its end; others do not wait with them. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "case.h"

enum { OPENERS = 6 };

static volatile sig_atomic_t told;

static void count(int signal) {
  (void)signal;
  told++;
}

static void take(int fd, int type) {
  told = 0;
  /* Who reads the file in this moment, to make a copy say, is in the way of a lease for writing. */
  while (fcntl(fd, F_SETLEASE, type) != 0 && errno == EAGAIN) tick();
  SHOW(fcntl(fd, F_GETLEASE) == type);
}

static void await_news(void) {
  sigset_t io, before;
  sigemptyset(&io);
  sigaddset(&io, SIGIO);
  sigprocmask(SIG_BLOCK, &io, &before);
  while (told == 0) sigsuspend(&before);
  sigprocmask(SIG_SETMASK, &before, NULL);
  puts("told");
}

static void does_not_wait(void) {
  SHOW(open("f", O_RDONLY | O_NONBLOCK));
  SHOW(open("f", O_RDWR | O_NONBLOCK));
  SHOW(open("f", O_RDONLY | O_CREAT | O_NONBLOCK, 0644));
}

static void waits_to_read(void) { exit(open("f", O_RDONLY) < 0); }
static void waits_to_empty(void) { exit(open("f", O_WRONLY | O_TRUNC) < 0); }
static void waits_to_cut(void) { exit(truncate("f", 3) != 0); }

static void is_interrupted(void) {
  struct sigaction interrupting = {.sa_handler = count};
  MUST(sigaction(SIGALRM, &interrupting, NULL));
  struct itimerval soon = {.it_value.tv_usec = 50000, .it_interval.tv_usec = 50000};
  setitimer(ITIMER_REAL, &soon, NULL);
  SHOW(open("f", O_RDONLY));
}

static pid_t start(void (*work)(void)) {
  fflush(stdout);
  pid_t pid = MUST(fork());
  if (pid == 0) {
    work();
    exit(0);
  }
  return pid;
}

static void end(pid_t pid) {
  int status = -1;
  MUST(waitpid(pid, &status, 0));
  SHOW(status);
}

static void broken_by(int holder, int type, void (*work)(void)) {
  take(holder, type);
  pid_t pid = start(work);
  await_news();
  SHOW(fcntl(holder, F_SETLEASE, F_UNLCK));
  end(pid);
  SHOW(stat_of("f").st_size);
}

int main(void) {
  signal(SIGIO, count);
  put("f", "contents");
  put("other", "x");
  int writer = MUST(open("f", O_RDWR | O_CLOEXEC));
  take(writer, F_WRLCK);
  in_child(does_not_wait);
  await_news();
  SHOW(fcntl(writer, F_SETLEASE, F_UNLCK));
  while (syscall(SYS_fcntl, writer, F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN) tick();
  SHOW(syscall(SYS_fcntl, writer, F_GETLEASE));
  in_child(is_interrupted);
  SHOW(fcntl(writer, F_SETLEASE, F_UNLCK));
  broken_by(writer, F_WRLCK, waits_to_read);

  take(writer, F_WRLCK);
  pid_t openers[OPENERS];
  for (int i = 0; i < OPENERS; i++) openers[i] = start(waits_to_read);
  await_news();
  for (int i = 0; i < OPENERS; i++) close(MUST(open("other", O_RDONLY)));
  SHOW(rename("other", "moved"));
  SHOW(fcntl(writer, F_SETLEASE, F_UNLCK));
  for (int i = 0; i < OPENERS; i++) end(openers[i]);
  close(writer);

  int reader = MUST(open("f", O_RDONLY | O_CLOEXEC));
  take(reader, F_RDLCK);
  close(MUST(open("f", O_RDONLY)));
  printf("told %d times\n", (int)told);
  SHOW(fcntl(reader, F_SETLEASE, F_UNLCK));
  broken_by(reader, F_RDLCK, waits_to_cut);
  broken_by(reader, F_RDLCK, waits_to_empty);
  int directory = MUST(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(fcntl(directory, F_SETLEASE, F_RDLCK));
  SHOW(fcntl(directory, F_SETLEASE, 77));
  int second = MUST(open("f", O_RDONLY));
  SHOW(fcntl(reader, F_SETLEASE, F_WRLCK));
  close(second);
  SHOW(fcntl(-1, F_SETLEASE, F_RDLCK));
  return 0;
}
