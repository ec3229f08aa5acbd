#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  put("f", "x");
  MUST(symlink("d", "to-d"));
  MUST(symlink("f", "to-f"));
  SHOW(open("d", O_RDONLY | O_DIRECTORY));
  SHOW(open("f", O_RDONLY | O_DIRECTORY));
  SHOW(open("to-d", O_RDONLY | O_DIRECTORY));
  SHOW(open("to-f", O_RDONLY | O_DIRECTORY));
  SHOW(open("to-d", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  SHOW(open("missing", O_RDONLY | O_DIRECTORY));
  SHOW(open("missing", O_RDONLY | O_DIRECTORY | O_CREAT, 0755));
  show_file("missing");
  char byte;
  SHOW(read(3, &byte, 1));
  SHOW(write(3, "x", 1));
  return 0;
}
