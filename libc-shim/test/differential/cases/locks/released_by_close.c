/* A lock of flock ends with close, at once: nobody else has the same open file. */
#include <sys/file.h>

#include "case.h"

enum { ROUNDS = 2000 };

static int refused(int flags) {
  int count = 0;
  for (int i = 0; i < ROUNDS; i++) {
    int fd = MUST(open("f", flags));
    count += flock(fd, LOCK_EX | LOCK_NB) != 0;
    close(fd);
  }
  return count;
}

int main(void) {
  put("f", "x");
  printf("read-only: %d of %d refused\n", refused(O_RDONLY), ROUNDS);
  printf("for writing: %d of %d refused\n", refused(O_RDWR), ROUNDS);
  return 0;
}
