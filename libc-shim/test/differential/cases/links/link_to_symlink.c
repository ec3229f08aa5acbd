#include "case.h"

int main(void) {
  put("f", "x");
  MUST(symlink("f", "l"));
  MUST(symlink("missing", "dangling"));
  SHOW(link("l", "hard"));
  show_file("hard");
  TRUTH(stat_of("hard").st_ino == stat_of("l").st_ino);
  SHOW(linkat(AT_FDCWD, "l", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
  show_file("followed");
  TRUTH(stat_of("followed").st_ino == stat_of("f").st_ino);
  SHOW(link("dangling", "dangling2"));
  show_file("dangling2");
  SHOW(linkat(AT_FDCWD, "dangling", AT_FDCWD, "x", AT_SYMLINK_FOLLOW));
  SHOW(unlink("l"));
  show_file("hard");
  show_contents("hard");
  return 0;
}
