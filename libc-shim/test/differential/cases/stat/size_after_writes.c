#include "case.h"

static void sizes(const char *when, int fd) {
  struct stat by_path = stat_of("f"), by_descriptor;
  struct statx sx;
  MUST(fstat(fd, &by_descriptor));
  MUST(statx(AT_FDCWD, "f", 0, STATX_SIZE, &sx));
  printf("%s: %lld %lld %lld\n", when, (long long)by_path.st_size, (long long)by_descriptor.st_size,
         (long long)sx.stx_size);
}

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  sizes("created", fd);
  MUST(write(fd, "hello", 5));
  sizes("write", fd);
  MUST(pwrite(fd, "x", 1, 99));
  sizes("pwrite", fd);
  struct iovec parts[2] = {{"ab", 2}, {"cde", 3}};
  MUST(lseek(fd, 0, SEEK_END));
  MUST(writev(fd, parts, 2));
  sizes("writev", fd);
  MUST(ftruncate(fd, 3));
  sizes("ftruncate", fd);
  MUST(truncate("f", 5000));
  sizes("truncate", fd);
  MUST(posix_fallocate(fd, 0, 9000) == 0 ? 0 : -1);
  sizes("posix_fallocate", fd);
  int other = MUST(open("f", O_WRONLY | O_APPEND));
  MUST(write(other, "tail", 4));
  sizes("append by another descriptor", fd);
  FILE *stream = fopen("f", "a");
  fputs("buffered", stream);
  sizes("unflushed", fd);
  fflush(stream);
  sizes("flushed", fd);
  fclose(stream);
  MUST(close(open("f", O_WRONLY | O_TRUNC)));
  sizes("O_TRUNC", fd);
  return 0;
}
