#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(symlink("d/target", "link"));
  MUST(symlink("link", "second"));
  MUST(symlink("missing/target", "nowhere"));
  int fd = SHOW(open("second", O_WRONLY | O_CREAT, 0640));
  SHOW(write(fd, "through", 7));
  show_file("second");
  show_file("d/target");
  show_contents("d/target");
  SHOW(open("nowhere", O_WRONLY | O_CREAT, 0644));
  SHOW(mkdir("nowhere", 0755));
  SHOW(open("nowhere", O_RDONLY));
  SHOW_POINTER(fopen("nowhere", "w"));
  MUST(symlink("../from-d", "d/up"));
  SHOW(close(SHOW(creat("d/up", 0600))));
  show_file("from-d");
  show_directory("d");
  return 0;
}
