#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("f", "x");
  MUST(symlink("d", "l"));
  SHOW(rmdir("d"));
  SHOW(rmdir("f"));
  SHOW(rmdir("l"));
  SHOW(rmdir("missing"));
  SHOW(rmdir("d/."));
  SHOW(rmdir("d/.."));
  SHOW(rmdir("d/e/.."));
  SHOW(rmdir(""));
  SHOW(rmdir("f/x"));
  SHOW(rmdir("/"));
  SHOW(unlinkat(AT_FDCWD, "d/e", 0));
  SHOW(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
  SHOW(unlinkat(AT_FDCWD, "d/e", 0x1000));
  SHOW(unlinkat(AT_FDCWD, "d/e", AT_REMOVEDIR));
  SHOW(remove("d"));
  SHOW(remove("f"));
  SHOW(remove("l"));
  SHOW(remove("missing"));
  SHOW(mkdir(".", 0755));
  SHOW(mkdir("..", 0755));
  SHOW(mkdir("", 0755));
  SHOW(mkdir("x/y", 0755));
  put("f", "x");
  SHOW(mkdir("f", 0755));
  SHOW(mkdir("f/y", 0755));
  show_directory(".");
  return 0;
}
