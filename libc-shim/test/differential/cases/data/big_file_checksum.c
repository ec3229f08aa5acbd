/* leftovers: ignore */
#include "case.h"

enum { SIZE = 64 << 20, BLOCK = 1 << 20 };
static unsigned char block[BLOCK];

static uint64_t mix(uint64_t sum, const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    sum = (sum ^ word) * 0x100000001b3ull;
  }
  return sum;
}

int main(void) {
  uint64_t state = 42, written = 7, read_back = 7, mapped;
  int fd = MUST(open("big", O_RDWR | O_CREAT, 0644));
  for (int done = 0; done < SIZE; done += BLOCK) {
    for (size_t i = 0; i < BLOCK; i += 8) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      memcpy(block + i, &state, 8);
    }
    written = mix(written, block, BLOCK);
    if (write(fd, block, BLOCK) != BLOCK) return 1;
  }
  SHOW(fdatasync(fd));
  MUST(lseek(fd, 0, SEEK_SET));
  for (int done = 0; done < SIZE; done += BLOCK) {
    if (read(fd, block, BLOCK) != BLOCK) return 1;
    read_back = mix(read_back, block, BLOCK);
  }
  MUST(close(fd));
  fd = MUST(open("big", O_RDONLY));
  unsigned char *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
  mapped = mix(7, map, SIZE);
  TRUTH(written == read_back);
  TRUTH(written == mapped);
  SHOW(stat_of("big").st_size);
  SHOW(system("cp big copy && cmp big copy && stat -c %s copy"));
  SHOW(unlink("big"));
  SHOW(unlink("copy"));
  return 0;
}
