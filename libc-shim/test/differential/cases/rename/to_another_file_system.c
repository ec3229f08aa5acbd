#include "case.h"

int main(void) {
  char other[PATH_MAX], other_dir[PATH_MAX];
  snprintf(other, sizeof other, "%s/f", outside());
  snprintf(other_dir, sizeof other_dir, "%s/d", outside());
  struct stat there;
  MUST(stat(outside(), &there));
  if (there.st_dev == stat_of(".").st_dev) skip("no second file system");
  put("f", "inside");
  MUST(mkdir("d", 0755));
  SHOW(rename("f", other));
  SHOW(rename("d", other_dir));
  SHOW(link("f", other));
  put(other, "outside");
  SHOW(rename(other, "g"));
  SHOW(rename(other, "f"));
  SHOW(link(other, "g"));
  SHOW(renameat2(AT_FDCWD, other, AT_FDCWD, "f", RENAME_EXCHANGE));
  SHOW(rename("missing", other));
  SHOW(rename("/proc/self/status", "f"));
  show_contents("f");
  SHOW(
      system("mv f \"$CASE_OUTSIDE/moved\" && cat \"$CASE_OUTSIDE/moved\" && mv \"$CASE_OUTSIDE/f\" back && cat back"));
  show_directory(".");
  return 0;
}
