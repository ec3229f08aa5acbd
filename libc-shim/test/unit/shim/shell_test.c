// system, popen, pclose: against libc's.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void on_child(int number) { (void)number; }

static void shouldTellTheStatusOfSystem(void) {
  CHECK(system(NULL) == 1);
  CHECK(system("exit 0") == 0);
  CHECK(system("exit 42") == W_EXITCODE(42, 0));
  CHECK(system("kill -9 $$") == SIGKILL);
  CHECK(system("/no/such/program 2>/dev/null") == W_EXITCODE(127, 0));
  struct sigaction action = {.sa_handler = on_child}, before, now;
  sigaction(SIGCHLD, &action, &before);
  CHECK(system("exit 3") == W_EXITCODE(3, 0));
  sigaction(SIGCHLD, &before, NULL);
  sigaction(SIGINT, NULL, &before);
  CHECK(system("exit 0") == 0);
  sigaction(SIGINT, NULL, &now);
  CHECK(before.sa_handler == now.sa_handler);
  signal(SIGINT, SIG_IGN);
  CHECK(system("trap : INT; kill -INT $$; exit 6") == W_EXITCODE(6, 0));
  signal(SIGINT, SIG_DFL);
  CHECK(system("kill -INT $$; exit 6") == SIGINT);
  signal(SIGCHLD, SIG_IGN);
  errno = 0;
  CHECK(system("exit 0") == -1 && errno == ECHILD);
  signal(SIGCHLD, SIG_DFL);
}

static void *run_system(void *nothing) {
  (void)nothing;
  system("exec sleep 1000");
  return NULL;
}

static void shouldEndTheCommandWhenItsThreadIsCancelled(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, run_system, NULL);
  struct sigaction now;
  do {
    sigaction(SIGINT, NULL, &now);  // ignored once system has begun
  } while (now.sa_handler != SIG_IGN);
  pthread_cancel(thread);
  void *result;
  pthread_join(thread, &result);
  CHECK(result == PTHREAD_CANCELED);
  sigaction(SIGINT, NULL, &now);
  CHECK(now.sa_handler == SIG_DFL);
  errno = 0;
  CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

static void shouldReadAndWriteThroughPopen(void) {
  char line[64] = "";
  FILE *reader = popen("echo one; exit 9", "r");
  CHECK(reader != NULL && fgets(line, sizeof line, reader) != NULL && strcmp(line, "one\n") == 0);
  CHECK((fcntl(fileno(reader), F_GETFD) & FD_CLOEXEC) == 0);
  CHECK(pclose(reader) == W_EXITCODE(9, 0));
  FILE *writer = popen("read x; test \"$x\" = two", "we");
  CHECK(writer != NULL && fputs("two\n", writer) >= 0);
  CHECK((fcntl(fileno(writer), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(pclose(writer) == 0);
}

static void shouldRefuseOtherTypes(void) {
  const char *const types[] = {"", "e", "rw", "rx", "b"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    errno = 0;
    CHECK(popen("true", types[i]) == NULL && errno == EINVAL);
  }
}

// A command that reads to the end of its input ends only if no other child holds the writing end.
static void shouldCloseEarlierStreamsInLaterChildren(void) {
  enum { STREAMS = 70 };
  FILE *streams[STREAMS];
  for (int i = 0; i < STREAMS; i++) {
    streams[i] = popen("cat >/dev/null", "w");
    CHECK(streams[i] != NULL);
  }
  for (int i = 0; i < STREAMS; i++) CHECK(pclose(streams[i]) == 0);
}

static void shouldPassOnAClosedStandardOutput(void) {
  fflush(NULL);
  int saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  close(STDOUT_FILENO);
  char line[64] = "";
  FILE *reader = popen("echo closed", "r");  // its pipe takes the number of standard output
  CHECK(reader != NULL && fgets(line, sizeof line, reader) != NULL && strcmp(line, "closed\n") == 0);
  CHECK(pclose(reader) == 0);
  dup2(saved, STDOUT_FILENO);
  close(saved);
}

static void shouldLeaveStreamsOfOthersToLibc(void) {
  FILE *(*real)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "popen");
  FILE *stream = real("exit 4", "r");
  CHECK(pclose(stream) == W_EXITCODE(4, 0));
}

int main(void) {
  alarm(120);
  RUN(shouldTellTheStatusOfSystem);
  RUN(shouldEndTheCommandWhenItsThreadIsCancelled);
  RUN(shouldReadAndWriteThroughPopen);
  RUN(shouldRefuseOtherTypes);
  RUN(shouldCloseEarlierStreamsInLaterChildren);
  RUN(shouldPassOnAClosedStandardOutput);
  RUN(shouldLeaveStreamsOfOthersToLibc);
  return check_result();
}
