#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  put("d/x", "x");
  MUST(symlink("d", "to-d"));
  MUST(symlink("f", "to-f"));
  MUST(symlink("missing", "dangling"));
  struct stat st;
  SHOW(open("f/", O_RDONLY));
  SHOW(open("to-f/", O_RDONLY));
  SHOW(open("d/", O_RDONLY));
  SHOW(open("to-d/", O_RDONLY));
  SHOW(open("d//x", O_RDONLY));
  SHOW(open("d/./x", O_RDONLY));
  SHOW(open("d/../d/x", O_RDONLY));
  SHOW(open("f/.", O_RDONLY));
  SHOW(open("f/..", O_RDONLY));
  SHOW(open("new/", O_RDWR | O_CREAT, 0644));
  SHOW(open("dangling/", O_RDWR | O_CREAT, 0644));
  SHOW(mkdir("e/", 0755));
  SHOW(mkdir("dangling/", 0755));
  SHOW(stat("f/", &st));
  SHOW(lstat("to-d/", &st));
  puts(type_name(st.st_mode));
  SHOW(lstat("to-f/", &st));
  SHOW(rename("d/", "g/"));
  SHOW(rename("f/", "h"));
  SHOW(rename("f", "h/"));
  SHOW(link("f/", "h"));
  SHOW(link("f", "h/"));
  SHOW(symlink("f", "s/"));
  SHOW(unlink("f/"));
  SHOW(unlink("to-d/"));
  SHOW(rmdir("e/"));
  SHOW(rmdir("to-d/"));
  SHOW(mknod("fifo/", S_IFIFO | 0644, 0));
  SHOW(chmod("f/", 0600));
  SHOW(truncate("f/", 0));
  char target[8];
  SHOW(readlink("to-d/", target, sizeof target));
  show_directory(".");
  return 0;
}
