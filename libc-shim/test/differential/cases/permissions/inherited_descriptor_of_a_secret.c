/* What was opened before the identity changed stays usable after it. */
/* needs: root */
#include "case.h"

static int fd, dir;

static void other(void) {
  char text[8] = {0};
  struct stat st;
  SHOW(read(fd, text, 7));
  puts(text);
  SHOW(write(fd, "!", 1));
  SHOW(fstat(fd, &st));
  SHOW(st.st_mode);
  SHOW(fchmod(fd, 0644));
  SHOW(fchdir(dir));
  SHOW(openat(dir, "inner", O_RDONLY));
  SHOW(fstat(dir, &st));
  SHOW(ftruncate(fd, 3));
  struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
  SHOW(futimens(fd, now));
  struct timespec then[2] = {{1, 0}, {1, 0}};
  SHOW(futimens(fd, then));
}

int main(void) {
  put("secret", "secret");
  MUST(chmod("secret", 0600));
  MUST(mkdir("closed", 0700));
  put("closed/inner", "x");
  fd = MUST(open("secret", O_RDWR));
  dir = MUST(open("closed", O_RDONLY));
  as_other(other);
  show_contents("secret");
  return 0;
}
