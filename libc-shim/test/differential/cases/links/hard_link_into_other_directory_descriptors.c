#include "case.h"

int main(void) {
  MUST(mkdir("a", 0755));
  MUST(mkdir("b", 0755));
  put("a/f", "x");
  int a = MUST(open("a", O_RDONLY)), b = MUST(open("b", O_RDONLY));
  SHOW(linkat(a, "f", b, "g", 0));
  SHOW(symlinkat("../a/f", b, "s"));
  SHOW(linkat(b, "s", a, "h", AT_SYMLINK_FOLLOW));
  char target[16] = {0};
  SHOW(readlinkat(b, "s", target, sizeof target));
  puts(target);
  show_file("a/h");
  show_directory("b");
  SHOW(linkat(a, "f", b, "g", 0));
  char name[64];
  int fd = MUST(open("a/f", O_RDONLY));
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, name, b, "from-fd", AT_SYMLINK_FOLLOW));
  show_file("b/from-fd");
  SHOW(unlink("a/f"));
  SHOW(unlink("a/h"));
  SHOW(unlink("b/g"));
  SHOW(unlink("b/from-fd"));
  SHOW(linkat(AT_FDCWD, name, b, "revived", AT_SYMLINK_FOLLOW));
  return 0;
}
