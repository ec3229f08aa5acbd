/* needs: root */
#include "case.h"

static void creator(void) {
  int fd = SHOW(open("d/f", O_CREAT | O_EXCL | O_RDWR, 0));
  SHOW(write(fd, "x", 1));
  SHOW(open("d/f", O_RDONLY));
  SHOW(fchmod(fd, 0200));
  SHOW(open("d/f", O_RDONLY));
  SHOW(open("d/f", O_WRONLY));
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  SHOW(open(link, O_RDONLY));
  SHOW(access("d/f", R_OK));
  SHOW(access("d/f", W_OK));
  SHOW(access("d/f", X_OK));
}

int main(void) {
  umask(0);
  MUST(mkdir("d", 0777));
  as_other(creator);
  return 0;
}
