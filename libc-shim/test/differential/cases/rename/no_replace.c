#include "case.h"

int main(void) {
  put("a", "a");
  put("b", "b");
  MUST(mkdir("d", 0755));
  MUST(symlink("missing", "dangling"));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "d", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "dangling", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "a", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "a", AT_FDCWD, "new", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "d", AT_FDCWD, "d2", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "missing", AT_FDCWD, "b", RENAME_NOREPLACE));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "new", RENAME_NOREPLACE));
  SHOW(renameat2(AT_FDCWD, "b", AT_FDCWD, "new", 0));
  SHOW(renameat2(AT_FDCWD, "new", AT_FDCWD, "x", 1 << 20));
  show_directory(".");
  show_contents("new");
  return 0;
}
