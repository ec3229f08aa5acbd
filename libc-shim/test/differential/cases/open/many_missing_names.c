/* A name that was missing is found as soon as it is made, and missing again once it is gone. */
#include "case.h"

int main(void) {
  int wrong = 0;
  for (int i = 0; i < 200; i++) {
    char name[16];
    snprintf(name, sizeof name, "n%d", i % 7);
    wrong += open(name, O_RDONLY) != -1 || errno != ENOENT;
    struct stat st;
    wrong += stat(name, &st) != -1 || errno != ENOENT;
    int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
    wrong += fd < 0;
    close(fd);
    wrong += stat(name, &st) != 0;
    wrong += access(name, R_OK) != 0;
    wrong += unlink(name) != 0;
  }
  SHOW(wrong);
  return 0;
}
