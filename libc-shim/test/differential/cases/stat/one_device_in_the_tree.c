#include "case.h"

int main(void) {
  struct stat here = stat_of("."), up = stat_of(".."), proc = stat_of("/proc");
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  MUST(mkfifo("p", 0600));
  TRUTH(stat_of("f").st_dev == here.st_dev);
  TRUTH(stat_of("d").st_dev == here.st_dev);
  TRUTH(stat_of("l").st_dev == here.st_dev);
  TRUTH(stat_of("p").st_dev == here.st_dev);
  TRUTH(up.st_dev == here.st_dev);
  TRUTH(proc.st_dev == here.st_dev);
  TRUTH(here.st_dev != 0);
  struct statx sx;
  SHOW(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &sx));
  struct statx sy;
  SHOW(statx(AT_FDCWD, "d", 0, STATX_BASIC_STATS, &sy));
  TRUTH(sx.stx_dev_major == sy.stx_dev_major && sx.stx_dev_minor == sy.stx_dev_minor);
  return 0;
}
