/* needs: root */
/* From and into a directory that is gone; and from one that may not be searched to a place that is not there. */
#include "case.h"

static void as_somebody(void) {
  SHOW(rename("closed/file", "missing/file"));
  SHOW(renameat2(AT_FDCWD, "closed/file", AT_FDCWD, "missing/file", RENAME_EXCHANGE));
}

int main(void) {
  put("file", "text");
  MUST(mkdir("gone", 0755));
  int gone = MUST(open("gone", O_RDONLY | O_DIRECTORY));
  MUST(rmdir("gone"));
  SHOW(renameat(gone, "x", AT_FDCWD, "y"));
  SHOW(renameat(AT_FDCWD, "file", gone, "y"));
  SHOW(renameat(AT_FDCWD, "missing", gone, "y"));
  SHOW(renameat2(gone, "x", gone, "y", RENAME_EXCHANGE));
  MUST(mkdir("closed", 0));
  as_other(as_somebody);
  show_directory(".");
  return 0;
}
