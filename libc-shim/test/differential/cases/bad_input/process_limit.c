/* A user that may have no more processes: starting some fails as it does anywhere, and the calls on the tree go on. */
/* needs: root */
/* build: -pthread */
#include <pthread.h>
#include <spawn.h>

#include "case.h"

extern char **environ;

static void *nothing(void *unused) { return unused; }

static void every_call(void) {
  struct stat st;
  int fd = SHOW(open("d/f", O_RDWR | O_CREAT | O_EXCL, 0644));
  SHOW(write(fd, "text", 4));
  SHOW(close(fd));
  SHOW(stat("d/f", &st));
  SHOW(rename("d/f", "d/g"));
  SHOW(mkdir("d/d", 0755));
  SHOW(rmdir("d/d"));
  SHOW(unlink("d/g"));
  SHOW(open("d/missing", O_RDONLY));
}

int main(void) {
  char program[] = "/bin/true";
  char *arguments[] = {program, NULL};
  struct rlimit none = {0, 0};
  pthread_t thread;
  pid_t pid;
  MUST(mkdir("d", 0755));
  MUST(chown("d", 54321, 54321));
  MUST(chmod(".", 0755));
  MUST(setrlimit(RLIMIT_NPROC, &none));
  MUST(setgroups(0, NULL));
  MUST(setresgid(54321, 54321, 54321));
  MUST(setresuid(54321, 54321, 54321));
  every_call();
  SHOW(fork());
  SHOW(vfork());
  printf("pthread_create: %s\n", errno_name(pthread_create(&thread, NULL, nothing, NULL)));
  printf("posix_spawn: %s\n", errno_name(posix_spawn(&pid, program, NULL, NULL, arguments, environ)));
  SHOW(system("true"));
  SHOW_POINTER(popen("true", "r"));
  every_call();
  /* Programs that are executed in place are still allowed, as the number does not grow. */
  fflush(stdout);
  execl("/bin/sh", "sh", "-c", "echo text >d/h && cat <d/h; echo $?; (true); echo $?", NULL);
  return 1;
}
