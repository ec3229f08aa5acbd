/* needs: root */
#include "case.h"

int main(void) {
  int fd = SHOW(open(".", O_TMPFILE | O_WRONLY, 0600));
  SHOW(write(fd, "text", 4));
  SHOW(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
  SHOW(linkat(fd, "", AT_FDCWD, "named2", AT_EMPTY_PATH));
  show_file("named");
  show_file("named2");
  SHOW(unlink("named2"));
  show_file("named");
  return 0;
}
