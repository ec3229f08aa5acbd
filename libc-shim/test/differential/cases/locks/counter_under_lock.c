#include "case.h"

int main(void) {
  put("counter", "0000");
  enum { PROCESSES = 4, ROUNDS = 100 };
  pid_t pids[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) {
    pids[i] = MUST(fork());
    if (pids[i] == 0) {
      for (int round = 0; round < ROUNDS; round++) {
        int fd = MUST(open("counter", O_RDWR));
        MUST(i % 2 ? lockf(fd, F_LOCK, 0) : lockf(fd, F_LOCK, 4));
        char text[16] = {0};
        MUST(pread(fd, text, 4, 0));
        snprintf(text, sizeof text, "%04d", atoi(text) + 1);
        MUST(pwrite(fd, text, 4, 0));
        close(fd);
      }
      _exit(0);
    }
  }
  for (int i = 0; i < PROCESSES; i++) reap(pids[i]);
  show_contents("counter");
  return 0;
}
