#include "case.h"

int main(void) {
  MUST(mkdir("full", 0755));
  put("full/f", "kept");
  MUST(mkdir("empty", 0700));
  MUST(mkdir("other", 0755));
  put("other/g", "g");
  put("file", "x");
  MUST(symlink("empty", "link"));
  SHOW(rename("full", "other"));
  SHOW(rename("full", "file"));
  SHOW(rename("file", "full"));
  SHOW(rename("file", "empty"));
  SHOW(rename("full", "link"));
  int over = MUST(open("empty", O_RDONLY));
  SHOW(rename("full", "empty"));
  show_directory("empty");
  show_file("empty");
  show_file("full");
  struct stat st;
  SHOW(fstat(over, &st));
  SHOW(st.st_nlink);
  SHOW(openat(over, "new", O_CREAT | O_WRONLY, 0644));
  SHOW(rename("empty", "other/"));
  SHOW(rename("empty", "moved/"));
  show_directory(".");
  return 0;
}
