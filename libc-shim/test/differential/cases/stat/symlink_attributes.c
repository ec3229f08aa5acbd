#include "case.h"

int main(void) {
  char target[2000];
  memset(target, 't', sizeof target);
  const size_t lengths[] = {1, 10, 59, 60, 61, 255, 1024, 1999};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    char name[16], buffer[4096];
    snprintf(name, sizeof name, "l%zu", lengths[i]);
    target[lengths[i]] = '\0';
    SHOW(symlink(target, name));
    target[lengths[i]] = 't';
    show_file(name);
    SHOW(readlink(name, buffer, sizeof buffer));
    TRUTH(memcmp(buffer, target, lengths[i]) == 0);
    SHOW(readlink(name, buffer, 5));
  }
  return 0;
}
