/* Closing the last descriptor of an open file releases what it held, at once. */
#include "case.h"

int main(void) {
  put("f", "x");
  int flock_held = 0, ofd_held = 0, lease_refused = 0;
  for (int i = 0; i < 200; i++) {
    int fd = MUST(open("f", O_RDWR));
    flock_held += flock(fd, LOCK_EX | LOCK_NB) != 0;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    ofd_held += fcntl(fd, F_OFD_SETLK, &lock) != 0;
    MUST(close(fd));
    fd = MUST(open("f", O_RDONLY));
    lease_refused += fcntl(fd, F_SETLEASE, F_RDLCK) != 0;
    MUST(close(fd));
  }
  SHOW(flock_held);
  SHOW(ofd_held);
  SHOW(lease_refused);
  return 0;
}
