/* needs: root */
#include "case.h"

static void other(void) {
  SHOW(unlink("sticky/of-root"));
  SHOW(rename("sticky/of-root", "sticky/x"));
  SHOW(rmdir("sticky/dir"));
  SHOW(unlink("sticky/mine"));
  put("sticky/new", "x");
  SHOW(rename("sticky/new", "sticky/of-root"));
  SHOW(rename("sticky/new", "sticky/newer"));
  SHOW(unlink("sticky/newer"));
  SHOW(unlink("open/of-root"));
}

int main(void) {
  umask(0);
  MUST(mkdir("sticky", 01777));
  MUST(mkdir("open", 0777));
  put("sticky/of-root", "x");
  MUST(chmod("sticky/of-root", 0666));
  put("open/of-root", "x");
  MUST(mkdir("sticky/dir", 0777));
  put("sticky/mine", "x");
  MUST(chown("sticky/mine", 65534, 65534));
  as_other(other);
  show_directory("sticky");
  show_directory("open");
  return 0;
}
