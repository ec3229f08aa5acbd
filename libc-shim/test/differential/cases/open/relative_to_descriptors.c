#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("d/f", "in d");
  put("f", "in .");
  int d = SHOW(open("d", O_RDONLY | O_DIRECTORY));
  int e = SHOW(openat(d, "e", O_RDONLY | O_DIRECTORY));
  int fd = SHOW(openat(e, "new", O_WRONLY | O_CREAT, 0644));
  SHOW(write(fd, "made", 4));
  show_contents("d/e/new");
  char text[8] = {0};
  SHOW(read(SHOW(openat(e, "../f", O_RDONLY)), text, 7));
  puts(text);
  memset(text, 0, sizeof text);
  SHOW(read(SHOW(openat(e, "../../f", O_RDONLY)), text, 7));
  puts(text);
  SHOW(openat(fd, "x", O_RDONLY));
  SHOW(openat(999, "x", O_RDONLY));
  SHOW(openat(-1, "x", O_RDONLY));
  SHOW(openat(d, "missing", O_RDONLY));
  SHOW(openat(d, "", O_RDONLY));
  SHOW(openat(AT_FDCWD, "d/f", O_RDONLY));
  char absolute[PATH_MAX + 8];
  MUST(getcwd(absolute, PATH_MAX) ? 0 : -1);
  strcat(absolute, "/f");
  SHOW(openat(999, absolute, O_RDONLY));
  MUST(rename("d", "moved"));
  SHOW(openat(e, "../f", O_RDONLY));
  SHOW(openat(d, "e/new", O_RDONLY));
  return 0;
}
