#include "case.h"

int main(void) {
  put("f", "x");
  put("g", "y");
  MUST(mkdir("d", 0755));
  SHOW(link("d", "e"));
  SHOW(link("missing", "e"));
  SHOW(link("f", "g"));
  SHOW(link("f", "d"));
  SHOW(link("f", "missing/e"));
  SHOW(link("f", "g/e"));
  SHOW(link("", "e"));
  SHOW(link("f", ""));
  SHOW(symlink("", "e"));
  SHOW(symlink("x", "f"));
  SHOW(symlink("x", "missing/e"));
  SHOW(symlink("x", ""));
  SHOW(linkat(AT_FDCWD, "f", AT_FDCWD, "e", 0x8000));
  SHOW(linkat(99, "f", AT_FDCWD, "e", 0));
  char buffer[8];
  SHOW(readlink("f", buffer, 8));
  SHOW(readlink("d", buffer, 8));
  SHOW(readlink("missing", buffer, 8));
  SHOW(readlink("f/x", buffer, 8));
  MUST(symlink("target", "l"));
  SHOW(readlink("l", buffer, 0));
  SHOW(readlink("l", buffer, 3));
  show_file("f");
  return 0;
}
