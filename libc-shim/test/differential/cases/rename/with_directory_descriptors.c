#include "case.h"

int main(void) {
  MUST(mkdir("a", 0755));
  MUST(mkdir("b", 0755));
  put("a/f", "x");
  int a = MUST(open("a", O_RDONLY)), b = MUST(open("b", O_PATH));
  int file = MUST(open("a/f", O_RDONLY));
  SHOW(renameat(a, "f", b, "g"));
  show_directory("a");
  show_directory("b");
  SHOW(renameat(b, "g", AT_FDCWD, "h"));
  SHOW(renameat(AT_FDCWD, "h", a, "../b/i"));
  SHOW(renameat(99, "x", a, "y"));
  SHOW(renameat(a, "x", 99, "y"));
  SHOW(renameat(file, "x", a, "y"));
  SHOW(renameat(a, "", a, "y"));
  SHOW(syscall(SYS_renameat, b, "i", b, "j"));
  SHOW(syscall(SYS_rename, "b/j", "k"));
  show_contents("k");
  return 0;
}
