#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  pid_t pids[8];
  for (int i = 0; i < 8; i++) {
    pids[i] = MUST(fork());
    if (pids[i] == 0) {
      pid_t inner = MUST(fork());
      int base = inner == 0 ? 100 : 0;
      for (int k = 0; k < 30; k++) {
        char name[32], other[32];
        snprintf(name, sizeof name, "d/%d-%d", i, base + k);
        snprintf(other, sizeof other, "d/%d-%d-done", i, base + k);
        put(name, name);
        MUST(rename(name, other));
        if (strcmp(get(other), name) != 0) _exit(2);
      }
      int status = 0;
      if (inner) waitpid(inner, &status, 0);
      _exit(status ? 1 : 0);
    }
  }
  for (int i = 0; i < 8; i++) reap(pids[i]);
  int count = 0;
  DIR *dir = opendir("d");
  while (readdir(dir)) count++;
  closedir(dir);
  SHOW(count);
  SHOW(system("rm -r d"));
  return 0;
}
