#include "case.h"

int main(void) {
  struct stat st;
  char buffer[16];
  SHOW(open("", O_RDONLY));
  SHOW(open("", O_CREAT | O_WRONLY, 0644));
  SHOW(stat("", &st));
  SHOW(lstat("", &st));
  SHOW(mkdir("", 0755));
  SHOW(rmdir(""));
  SHOW(unlink(""));
  SHOW(rename("", ""));
  SHOW(link("", "x"));
  SHOW(symlink("", "x"));
  SHOW(readlink("", buffer, 16));
  SHOW(chmod("", 0644));
  SHOW(chown("", 0, 0));
  SHOW(truncate("", 0));
  SHOW(access("", F_OK));
  SHOW(chdir(""));
  SHOW(mkfifo("", 0600));
  SHOW(setxattr("", "user.a", "x", 1, 0));
  SHOW(execl("", "x", NULL));
  SHOW_POINTER(opendir(""));
  SHOW_POINTER(fopen("", "w"));
  SHOW_POINTER(realpath("", NULL));
  SHOW(remove(""));
  show_directory(".");
  return 0;
}
