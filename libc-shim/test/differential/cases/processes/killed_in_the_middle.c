/* Children killed at any moment leave a tree that others can use. */
#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  for (int round = 0; round < 25; round++) {
    int ready[2];
    MUST(pipe(ready));
    pid_t pid = MUST(fork());
    if (pid == 0) {
      MUST(chdir("d"));
      MUST(write(ready[1], "r", 1));
      for (;;) {
        int fd = open("f", O_RDWR | O_CREAT, 0644);
        if (write(fd, "x", 1) != 1) _exit(1);
        close(fd);
        rename("f", "g");
        unlink("g");
      }
    }
    char byte;
    MUST(read(ready[0], &byte, 1));
    for (int i = 0; i < 20 * (round % 5); i++) sched_yield();
    MUST(kill(pid, SIGKILL));
    int status;
    MUST(waitpid(pid, &status, 0));
    if (!WIFSIGNALED(status)) puts("not killed");
    close(ready[0]);
    close(ready[1]);
    put("d/f", "after");
    if (strcmp(get("d/f"), "after") != 0) puts("wrong contents");
    MUST(unlink("d/f"));
    unlink("d/g");
  }
  SHOW(rmdir("d"));
  return 0;
}
