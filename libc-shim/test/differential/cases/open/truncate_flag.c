#include "case.h"

int main(void) {
  put("f", "old contents");
  int reader = MUST(open("f", O_RDONLY));
  int fd = SHOW(open("f", O_WRONLY | O_TRUNC));
  show_file("f");
  char byte;
  SHOW(read(reader, &byte, 1));
  SHOW(write(fd, "new", 3));
  close(fd);
  show_contents("f");
  fd = SHOW(open("f", O_RDONLY | O_TRUNC));
  show_file("f");
  close(fd);
  SHOW(open("missing", O_WRONLY | O_TRUNC));
  struct stat before = stat_of("f");
  tick();
  close(SHOW(open("f", O_WRONLY | O_TRUNC)));
  struct stat after = stat_of("f");
  TRUTH(compare_times(after.st_mtim, before.st_mtim) > 0);
  TRUTH(compare_times(after.st_ctim, before.st_ctim) > 0);
  TRUTH(after.st_ino == before.st_ino);
  return 0;
}
