/* needs: root */
/* That a directory is closed to the user is reported before that the other name is on another file system. */
#include "case.h"

int main(void) {
  char other[PATH_MAX];
  snprintf(other, sizeof other, "%s/f", outside());
  struct stat there;
  MUST(stat(outside(), &there));
  if (there.st_dev == stat_of(".").st_dev) skip("no second file system");
  MUST(chmod(outside(), 0777));
  put(other, "outside");
  put("f", "inside");
  MUST(mkdir("closed", 0));
  MUST(mkdir("unwritable", 0555));
  MUST(seteuid(1000));
  SHOW(rename(other, "closed/g"));
  SHOW(rename("closed/g", other));
  SHOW(rename(other, "closed/.."));
  SHOW(rename(other, "unwritable/g"));
  SHOW(rename("f", other));
  MUST(seteuid(0));
  MUST(chmod(outside(), 0));
  MUST(seteuid(1000));
  SHOW(rename(other, "g"));
  SHOW(rename("f", other));
  SHOW(rename(other, "closed/g"));
  MUST(seteuid(0));
  MUST(chmod(outside(), 0755));
  return 0;
}
