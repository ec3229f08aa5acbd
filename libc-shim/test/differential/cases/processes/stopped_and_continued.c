#include "case.h"

int main(void) {
  put("f", "x");
  int ready[2];
  MUST(pipe(ready));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    MUST(write(ready[1], "r", 1));
    for (int i = 0; i < 300; i++) {
      if (chmod("f", 0600 + i % 8) != 0) _exit(1);
      close(open("g", O_CREAT | O_WRONLY, 0644));
      unlink("g");
    }
    _exit(0);
  }
  char byte;
  int status, stops = 0;
  MUST(read(ready[0], &byte, 1));
  for (int i = 0; i < 20; i++) {
    kill(pid, SIGSTOP);
    if (waitpid(pid, &status, WUNTRACED) == pid && !WIFSTOPPED(status)) break;
    stops++;
    MUST(chmod("f", 0644));
    MUST(mkdir("d", 0755));
    MUST(rmdir("d"));
    kill(pid, SIGCONT);
  }
  TRUTH(stops > 0);
  if (stops == 20) waitpid(pid, &status, 0);
  TRUTH(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return 0;
}
