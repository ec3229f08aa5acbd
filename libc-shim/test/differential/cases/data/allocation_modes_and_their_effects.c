/* fallocate: each mode that ext4 has, what is read afterwards, sizes, and every refusal. */
#include "case.h"

#ifndef FALLOC_FL_UNSHARE_RANGE
#define FALLOC_FL_UNSHARE_RANGE 0x40
#endif
#define BLOCK 4096

static int fd;

static void fill(int blocks) {
  MUST(ftruncate(fd, 0));
  char block[BLOCK];
  for (int i = 0; i < blocks; i++) {
    memset(block, 'a' + i, sizeof block);
    MUST(pwrite(fd, block, sizeof block, (off_t)i * BLOCK));
  }
}

static void show(const char *what, int result) {
  int error = errno;
  struct stat st, by_path;
  MUST(fstat(fd, &st));
  MUST(stat("f", &by_path));
  printf("%s: %s size %ld", what, result == 0 ? "ok" : errno_name(error), (long)st.st_size);
  printf(" %s blocks %ld:", st.st_size == by_path.st_size && st.st_blocks == by_path.st_blocks ? "same" : "DIFFERS",
         (long)st.st_blocks);
  for (off_t at = 0; at < st.st_size; at += BLOCK / 2) {
    char c = 0;
    MUST(pread(fd, &c, 1, at));
    putchar(c ? c : '.');
  }
  off_t data = 0, hole;
  while ((data = lseek(fd, data, SEEK_DATA)) >= 0) {
    hole = lseek(fd, data, SEEK_HOLE);
    printf(" [%ld,%ld)", (long)data / 512, (long)hole / 512);
    data = hole;
  }
  puts("");
}

#define DO(mode, offset, length)                                 \
  do {                                                           \
    fill(8);                                                     \
    errno = 0;                                                   \
    show(#mode " " #offset " " #length, fallocate(fd, mode, offset, length)); \
  } while (0)

int main(void) {
  fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  DO(0, 0, BLOCK);
  DO(0, 7 * BLOCK, 4 * BLOCK);
  DO(0, 20 * BLOCK, 1);
  DO(FALLOC_FL_KEEP_SIZE, 7 * BLOCK, 4 * BLOCK);
  DO(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BLOCK, 2 * BLOCK);
  DO(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, BLOCK + 100, 2 * BLOCK);
  DO(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 200);
  DO(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 7 * BLOCK, 100 * BLOCK);
  DO(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100 * BLOCK, BLOCK);
  DO(FALLOC_FL_PUNCH_HOLE, 0, BLOCK);
  DO(FALLOC_FL_ZERO_RANGE, BLOCK, 2 * BLOCK);
  DO(FALLOC_FL_ZERO_RANGE, 100, 2 * BLOCK);
  DO(FALLOC_FL_ZERO_RANGE, 6 * BLOCK, 4 * BLOCK);
  DO(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, 6 * BLOCK, 4 * BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE, 0, BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE, 2 * BLOCK, 3 * BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE, 100, BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE, 0, 100);
  DO(FALLOC_FL_COLLAPSE_RANGE, 6 * BLOCK, 2 * BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE, 0, 100 * BLOCK);
  DO(FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_KEEP_SIZE, 0, BLOCK);
  DO(FALLOC_FL_INSERT_RANGE, 0, BLOCK);
  DO(FALLOC_FL_INSERT_RANGE, 3 * BLOCK, 2 * BLOCK);
  DO(FALLOC_FL_INSERT_RANGE, 100, BLOCK);
  DO(FALLOC_FL_INSERT_RANGE, 8 * BLOCK, BLOCK);
  DO(FALLOC_FL_INSERT_RANGE, 0, 1L << 60);
  DO(FALLOC_FL_UNSHARE_RANGE, 0, BLOCK);
  DO(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE, 7 * BLOCK, 3 * BLOCK);
  DO(0x100, 0, BLOCK);
  DO(0, -1, BLOCK);
  DO(0, 0, -1);
  DO(0, 0, 0);
  DO(0, 1L << 62, 1L << 62);
  int read_only = MUST(open("f", O_RDONLY));
  SHOW(fallocate(read_only, 0, 0, 1));
  SHOW(fallocate(MUST(open(".", O_RDONLY)), 0, 0, 1));
  int both[2];
  MUST(pipe(both));
  SHOW(fallocate(both[1], 0, 0, 1));
  int appending = MUST(open("f", O_WRONLY | O_APPEND));
  SHOW(fallocate(appending, 0, 0, 100 * BLOCK));
  SHOW(fallocate(appending, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BLOCK));
  SHOW(stat_of("f").st_size);
  /* times */
  fill(2);
  struct stat before = stat_of("f");
  tick();
  MUST(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 64 * BLOCK));
  TRUTH(compare_times(before.st_ctim, stat_of("f").st_ctim) < 0);
  before = stat_of("f");
  tick();
  MUST(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BLOCK));
  TRUTH(compare_times(before.st_mtim, stat_of("f").st_mtim) < 0);
  return 0;
}
