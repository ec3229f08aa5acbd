/* needs: root */
#include "case.h"

static int fd;

static void writer(void) {
  SHOW(write(fd, "x", 1));
  show_file("f");
}

static void truncater(void) {
  SHOW(truncate("g", 0));
  show_file("g");
}

int main(void) {
  put("f", "x");
  put("g", "x");
  MUST(chmod("f", 06777));
  MUST(chmod("g", 06777));
  fd = MUST(open("f", O_WRONLY));
  SHOW(write(fd, "y", 1));
  show_file("f");
  as_other(writer);
  as_other(truncater);
  return 0;
}
