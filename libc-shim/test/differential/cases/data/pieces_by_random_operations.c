/* A fixed sequence of writes, truncations and reads by several descriptors, against a copy in memory. */
#include "case.h"

enum { MAX = 300000 };
static char model[MAX], buffer[MAX];

int main(void) {
  unsigned long state = 20240607;
  long size = 0;
  int fds[3] = {MUST(open("f", O_RDWR | O_CREAT, 0644)), MUST(open("f", O_RDWR)), MUST(open("f", O_RDWR | O_SYNC))};
  int wrong = 0;
  for (int step = 0; step < 1500; step++) {
    state = state * 6364136223846793005ul + 1442695040888963407ul;
    unsigned long r = state >> 20;
    int fd = fds[r % 3];
    long at = (r >> 4) % (MAX / 2), length = (r >> 24) % 5000 + 1;
    switch ((r >> 2) % 7) {
      case 0:
      case 1:
      case 2:
        memset(buffer, 'a' + step % 26, length);
        wrong += pwrite(fd, buffer, length, at) != length;
        memset(model + at, 'a' + step % 26, length);
        if (at + length > size) size = at + length;
        break;
      case 3:
        if (step % 5 == 0) {
          wrong += ftruncate(fd, at) != 0;
          if (at < size) memset(model + at, 0, size - at);
          size = at;
        }
        break;
      case 4:
        if (at + length <= size) {
          wrong += fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length) != 0;
          memset(model + at, 0, length);
        }
        break;
      default:
        wrong += pread(fd, buffer, MAX, 0) != size || memcmp(buffer, model, size) != 0;
        struct stat st;
        wrong += fstat(fd, &st) != 0 || st.st_size != size;
        wrong += stat("f", &st) != 0 || st.st_size != size;
    }
  }
  SHOW(wrong);
  SHOW(size);
  return 0;
}
