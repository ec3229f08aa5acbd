#include "case.h"

int main(void) {
  enum { WRITERS = 6, LINES = 300 };
  pid_t pids[WRITERS];
  for (int i = 0; i < WRITERS; i++) {
    pids[i] = MUST(fork());
    if (pids[i] == 0) {
      int fd = MUST(open("log", O_WRONLY | O_APPEND | O_CREAT, 0644));
      for (int line = 0; line < LINES; line++) {
        char text[32];
        int length = snprintf(text, sizeof text, "%d %03d\n", i, line);
        if (write(fd, text, length) != length) _exit(1);
      }
      _exit(0);
    }
  }
  for (int i = 0; i < WRITERS; i++) reap(pids[i]);
  FILE *file = fopen("log", "r");
  int next[WRITERS] = {0}, writer, line, wrong = 0, total = 0;
  while (fscanf(file, "%d %d\n", &writer, &line) == 2) {
    wrong += writer < 0 || writer >= WRITERS || next[writer]++ != line;
    total++;
  }
  SHOW(total);
  SHOW(wrong);
  SHOW(fclose(file));
  SHOW(unlink("log"));
  return 0;
}
