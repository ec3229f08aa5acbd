#include "case.h"

int main(void) {
  put("a", "from a");
  put("b", "from b");
  int old = MUST(open("b", O_RDONLY));
  ino_t inode = stat_of("a").st_ino;
  SHOW(rename("a", "b"));
  show_contents("b");
  show_file("a");
  TRUTH(stat_of("b").st_ino == inode);
  char text[8] = {0};
  SHOW(read(old, text, 7));
  puts(text);
  struct stat st;
  SHOW(fstat(old, &st));
  SHOW(st.st_nlink);
  SHOW(rename("a", "b"));
  SHOW(rename("missing", "new"));
  SHOW(rename("b", "missing/new"));
  SHOW(rename("b", "b"));
  show_directory(".");
  return 0;
}
