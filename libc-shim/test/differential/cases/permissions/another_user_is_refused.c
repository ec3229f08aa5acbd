/* needs: root */
#include "case.h"

static void other(void) {
  struct stat st;
  char buffer[16];
  SHOW(open("secret", O_RDONLY));
  SHOW(open("readable", O_RDONLY));
  SHOW(open("readable", O_WRONLY));
  SHOW(open("readable", O_RDWR | O_TRUNC));
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(open("closed/f", O_RDONLY));
  SHOW(stat("closed/f", &st));
  SHOW(stat("closed", &st));
  SHOW(access("closed/f", F_OK));
  SHOW_POINTER(opendir("closed"));
  SHOW_POINTER(opendir("unlisted"));
  SHOW(stat("unlisted/f", &st));
  SHOW(open("unlisted/f", O_RDONLY));
  SHOW(chdir("closed"));
  SHOW(chdir("unlisted"));
  SHOW_POINTER(opendir("."));
  SHOW(stat("f", &st));
  SHOW(chdir(".."));
  SHOW_POINTER(opendir("unsearchable"));
  SHOW(stat("unsearchable/f", &st));
  SHOW(chmod("readable", 0777));
  SHOW(chown("readable", 65534, 65534));
  SHOW(chmod("secret", 0777));
  SHOW(truncate("readable", 0));
  SHOW(unlink("readable"));
  SHOW(rename("readable", "x"));
  SHOW(rename("writable/f", "x"));
  SHOW(link("readable", "x"));
  SHOW(mkdir("x", 0755));
  SHOW(rmdir("writable"));
  SHOW(symlink("x", "y"));
  SHOW(mkfifo("x", 0600));
  SHOW(utimensat(AT_FDCWD, "readable", NULL, 0));
  SHOW(utimensat(AT_FDCWD, "world", NULL, 0));
  struct timespec times[2] = {{1, 0}, {1, 0}};
  SHOW(utimensat(AT_FDCWD, "world", times, 0));
  SHOW(setxattr("readable", "user.x", "1", 1, 0));
  SHOW(getxattr("secret", "user.x", buffer, 16));
  SHOW(setxattr("world", "user.x", "1", 1, 0));
  SHOW(setxattr("world", "trusted.x", "1", 1, 0));
  SHOW(readlink("link", buffer, 16));
  SHOW(open("link", O_RDONLY));
  SHOW(execl("./not-executable", "x", NULL));
  SHOW(mkdir("writable/mine", 0755));
  SHOW(close(open("writable/own", O_CREAT | O_WRONLY, 0640)));
  SHOW(unlink("writable/f"));
  show_file("writable/own");
  show_file("writable/mine");
}

int main(void) {
  put("secret", "x");
  MUST(chmod("secret", 0600));
  put("readable", "x");
  put("world", "x");
  MUST(chmod("world", 0666));
  put("not-executable", "#!/bin/sh\n");
  MUST(mkdir("closed", 0755));
  put("closed/f", "x");
  MUST(chmod("closed", 0700));
  MUST(mkdir("unlisted", 0755));
  put("unlisted/f", "x");
  MUST(chmod("unlisted", 0711));
  MUST(mkdir("unsearchable", 0755));
  put("unsearchable/f", "x");
  MUST(chmod("unsearchable", 0744));
  MUST(mkdir("writable", 0755));
  put("writable/f", "x");
  MUST(chmod("writable", 0777));
  MUST(symlink("secret", "link"));
  as_other(other);
  show_directory("writable");
  return 0;
}
