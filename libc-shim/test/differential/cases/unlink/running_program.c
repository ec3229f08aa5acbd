#include "case.h"

int main(void) {
  SHOW(system("cp /bin/sleep ./prog && cp /bin/cat ./busy"));
  int gate[2];
  MUST(pipe(gate));
  pid_t pid = fork();
  if (pid == 0) {
    dup2(gate[0], 0);
    close(gate[1]);
    execl("./busy", "busy", NULL);
    _exit(1);
  }
  close(gate[0]);
  char link[64], target[PATH_MAX] = {0};
  snprintf(link, sizeof link, "/proc/%d/exe", pid);
  do {
    target[MUST(readlink(link, target, sizeof target - 1))] = '\0';
  } while (strcmp(strrchr(target, '/'), "/busy") != 0);
  SHOW(open("busy", O_WRONLY));
  SHOW(truncate("busy", 0));
  SHOW(unlink("busy"));
  SHOW(access("busy", F_OK));
  MUST(write(gate[1], "still running\n", 14));
  close(gate[1]);
  reap(pid);
  SHOW(unlink("prog"));
  return 0;
}
