#include "case.h"

int main(void) {
  int fd = SHOW(creat("f", 0640));
  SHOW(write(fd, "hello", 5));
  char byte;
  SHOW(read(fd, &byte, 1));
  show_file("f");
  SHOW(creat64("f", 0600));
  show_file("f");
  SHOW(creat("missing/f", 0600));
  SHOW(creat(".", 0600));
  int read_only = SHOW(creat("read-only", 0400));
  SHOW(write(read_only, "still writable", 14));
  show_contents("read-only");
  return 0;
}
