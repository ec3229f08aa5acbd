#include "case.h"

int main(void) {
  put("a", "was a");
  put("b", "was b");
  MUST(mkdir("d", 0755));
  put("d/inner", "inner");
  MUST(mkdir("e", 0755));
  MUST(symlink("a", "l"));
  ino_t a = stat_of("a").st_ino, b = stat_of("b").st_ino;
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
  show_contents("a");
  show_contents("b");
  TRUTH(stat_of("a").st_ino == b && stat_of("b").st_ino == a);
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "d", RENAME_EXCHANGE));
  show_file("a");
  show_file("d");
  show_contents("a/inner");
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "e", RENAME_EXCHANGE));
  show_contents("e/inner");
  SHOW(renameat2(AT_FDCWD, "l", AT_FDCWD, "b", RENAME_EXCHANGE));
  show_file("b");
  SHOW(renameat2(AT_FDCWD, "b", AT_FDCWD, "missing", RENAME_EXCHANGE));
  SHOW(renameat2(AT_FDCWD, "e", AT_FDCWD, "e/inner", RENAME_EXCHANGE));
  MUST(mkdir("e/sub", 0755));
  put("e/sub/x", "x");
  put("top", "t");
  SHOW(renameat2(AT_FDCWD, "e/sub", AT_FDCWD, "top", RENAME_EXCHANGE));
  show_file("e");
  show_file("top");
  show_file("e/sub");
  SHOW(renameat2(AT_FDCWD, "top", AT_FDCWD, "l", RENAME_EXCHANGE | RENAME_NOREPLACE));
  return 0;
}
