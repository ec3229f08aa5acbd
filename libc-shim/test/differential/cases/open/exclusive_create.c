#include "case.h"

int main(void) {
  int fd = SHOW(open("f", O_RDWR | O_CREAT | O_EXCL, 0600));
  SHOW(open("f", O_RDWR | O_CREAT | O_EXCL, 0600));
  MUST(symlink("missing", "dangling"));
  SHOW(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600));
  MUST(mkdir("d", 0755));
  SHOW(open("d", O_RDWR | O_CREAT | O_EXCL, 0600));
  SHOW(write(fd, "abc", 3));
  SHOW(close(fd));
  show_file("f");
  show_file("missing");
  return 0;
}
