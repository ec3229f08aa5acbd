#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  put("f", "x");
  MUST(symlink("d", "l"));
  MUST(mkfifo("p", 0600));
  SHOW(unlink("d"));
  SHOW(unlink("d/"));
  SHOW(unlink("l/"));
  SHOW(unlink("f/"));
  SHOW(unlink("."));
  SHOW(unlink(""));
  SHOW(unlink("missing"));
  SHOW(unlink("f/x"));
  SHOW(unlink("l"));
  SHOW(unlink("p"));
  SHOW(unlink("f"));
  SHOW(unlink("f"));
  int dir = MUST(open("d", O_RDONLY));
  put("d/x", "");
  SHOW(unlinkat(dir, "x", 0));
  SHOW(unlinkat(dir, "x", 0));
  SHOW(unlinkat(dir, "../d", 0));
  SHOW(unlinkat(dir, "../d", AT_REMOVEDIR));
  SHOW(unlinkat(dir, "x", 0));
  show_directory(".");
  return 0;
}
