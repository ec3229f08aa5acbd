/* needs: root */
#include "case.h"

static void owner(void) {
  umask(0);
  MUST(chdir("home"));
  put("f", "x");
  show_file("f");
  SHOW(chmod("f", 0400));
  SHOW(open("f", O_WRONLY));
  SHOW(truncate("f", 0));
  int fd = SHOW(open("f", O_RDONLY));
  SHOW(fchmod(fd, 0));
  SHOW(open("f", O_RDONLY));
  SHOW(chmod("f", 06777));
  show_file("f");
  SHOW(write(SHOW(open("f", O_WRONLY)), "y", 1));
  show_file("f");
  SHOW(chown("f", 0, -1));
  SHOW(chown("f", -1, 0));
  SHOW(chown("f", 65534, 65534));
  SHOW(mkdir("d", 0));
  SHOW(open("d/x", O_CREAT | O_WRONLY, 0644));
  SHOW(rmdir("d"));
  SHOW(mknod("null", S_IFCHR | 0666, 0x103));
  SHOW(close(open("created-unreadable", O_CREAT | O_RDWR, 0)));
  SHOW(open("created-unreadable", O_RDONLY));
  SHOW(chmod("of-group", 02644));
  show_file("of-group");
  SHOW(utimensat(AT_FDCWD, "f", NULL, 0));
  SHOW(setxattr("f", "user.a", "1", 1, 0));
  SHOW(unlink("of-root"));
  SHOW(rename("f", "../f"));
}

int main(void) {
  MUST(mkdir("home", 0755));
  MUST(chown("home", 65534, 65534));
  put("home/of-root", "x");
  put("home/of-group", "x");
  MUST(chown("home/of-group", 65534, 12));
  as_other(owner);
  show_directory("home");
  return 0;
}
