/* needs: root */
#include "case.h"

int main(void) {
  umask(0);
  MUST(mkdir("d", 0755));
  MUST(chown("d", 0, 77));
  MUST(chmod("d", 02775));
  put("d/f", "x");
  MUST(mkdir("d/sub", 0755));
  MUST(mkdir("d/sub/deep", 0700));
  MUST(symlink("x", "d/l"));
  MUST(mkfifo("d/p", 0600));
  show_file("d/f");
  show_file("d/sub");
  show_file("d/sub/deep");
  show_file("d/l");
  show_file("d/p");
  MUST(mkdir("plain", 0755));
  MUST(chown("plain", 0, 77));
  put("plain/f", "x");
  show_file("plain/f");
  MUST(rename("plain/f", "d/moved"));
  show_file("d/moved");
  int fd = MUST(open("d/exec", O_CREAT | O_WRONLY, 02755));
  show_file("d/exec");
  SHOW(write(fd, "x", 1));
  show_file("d/exec");
  return 0;
}
