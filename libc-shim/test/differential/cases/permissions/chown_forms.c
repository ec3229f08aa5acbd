/* needs: root */
#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  SHOW(chown("f", 1, 2));
  show_file("f");
  SHOW(chown("f", -1, 3));
  SHOW(chown("f", 4, -1));
  show_file("f");
  SHOW(chown("f", -1, -1));
  SHOW(chown("l", 5, 6));
  show_file("f");
  show_file("l");
  SHOW(lchown("l", 7, 8));
  show_file("l");
  SHOW(fchownat(AT_FDCWD, "l", 9, 10, AT_SYMLINK_NOFOLLOW));
  show_file("l");
  int fd = MUST(open("f", O_RDONLY));
  SHOW(fchown(fd, 11, 12));
  SHOW(fchownat(fd, "", 13, 14, AT_EMPTY_PATH));
  show_file("f");
  SHOW(chown("d", 65534, 65534));
  show_file("d");
  SHOW(chmod("f", 06755));
  SHOW(chown("f", 0, 0));
  show_file("f");
  SHOW(chmod("f", 02644));
  SHOW(chown("f", 1, 1));
  show_file("f");
  SHOW(chmod("d", 07755));
  SHOW(chown("d", 1, 1));
  show_file("d");
  SHOW(chown("missing", 1, 1));
  SHOW(lchown("missing", 1, 1));
  SHOW(fchown(99, 1, 1));
  SHOW(fchownat(AT_FDCWD, "f", 1, 1, 0x4000));
  SHOW(chown("f", 4000000000u, 4000000001u));
  show_file("f");
  return 0;
}
