#include "case.h"

static int fd;

static void child(void) {
  SHOW(write(fd, "child ", 6));
  SHOW(close(open("by-child", O_CREAT | O_WRONLY, 0644)));
  SHOW(chdir("d"));
  SHOW(unlink("../doomed"));
}

int main(void) {
  MUST(mkdir("d", 0755));
  put("doomed", "x");
  fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(write(fd, "parent ", 7));
  in_child(child);
  SHOW(lseek(fd, 0, SEEK_CUR));
  SHOW(write(fd, "parent", 6));
  show_contents("f");
  show_directory(".");
  struct stat st;
  SHOW(stat("doomed", &st));
  SHOW(stat("by-child", &st));
  return 0;
}
