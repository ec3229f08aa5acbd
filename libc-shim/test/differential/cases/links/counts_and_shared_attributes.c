#include "case.h"

int main(void) {
  put("a", "x");
  MUST(mkdir("d", 0755));
  SHOW(link("a", "d/b"));
  SHOW(link("d/b", "c"));
  SHOW(stat_of("a").st_nlink);
  SHOW(chmod("c", 0600));
  show_file("a");
  SHOW(setxattr("a", "user.k", "v", 1, 0));
  char value[4] = {0};
  SHOW(getxattr("c", "user.k", value, sizeof value));
  struct timespec times[2] = {{100, 0}, {200, 0}};
  SHOW(utimensat(AT_FDCWD, "d/b", times, 0));
  SHOW(stat_of("a").st_mtim.tv_sec);
  SHOW(truncate("d/b", 10));
  show_file("c");
  SHOW(unlink("a"));
  SHOW(unlink("c"));
  show_file("d/b");
  SHOW(link("d/b", "d/b"));
  SHOW(link("d/b", "again"));
  SHOW(rename("again", "d/b"));
  show_directory(".");
  show_file("d/b");
  return 0;
}
