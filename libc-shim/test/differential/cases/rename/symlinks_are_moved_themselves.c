#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  MUST(symlink("d", "ld"));
  MUST(symlink("loop", "loop"));
  SHOW(rename("l", "d/l"));
  show_file("d/l");
  show_contents("d/l");
  SHOW(rename("f", "ld"));
  show_file("ld");
  show_directory("d");
  SHOW(rename("loop", "loop2"));
  SHOW(rename("ld", "loop2"));
  show_contents("loop2");
  SHOW(rename("loop2", "loop/x"));
  show_directory(".");
  return 0;
}
