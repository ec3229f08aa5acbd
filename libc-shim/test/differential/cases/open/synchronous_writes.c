/* O_SYNC, O_DSYNC, O_DIRECT: flags as given, contents as written, and pwritev2's flags. */
#include "case.h"

static void with(const char *name, int flags) {
  printf("%s\n", name);
  int fd = SHOW(open("f", O_RDWR | O_CREAT | O_TRUNC | flags, 0644)) >= 0 ? 3 : -1;
  SHOW(fcntl(fd, F_GETFL) & (O_SYNC | O_DSYNC | O_APPEND | O_DIRECT));
  SHOW(write(fd, "0123456789", 10));
  SHOW(pwrite(fd, "ab", 2, 4));
  SHOW(lseek(fd, 0, SEEK_CUR));
  show_contents("f");
  SHOW(stat_of("f").st_size);
  SHOW(close(fd));
}

int main(void) {
  with("O_SYNC", O_SYNC);
  with("O_DSYNC", O_DSYNC);
  with("O_SYNC and O_APPEND", O_SYNC | O_APPEND);
  int fd = MUST(open("g", O_RDWR | O_CREAT, 0644));
  struct iovec parts[2] = {{"one", 3}, {"two", 3}};
  SHOW(pwritev2(fd, parts, 2, 0, RWF_DSYNC));
  SHOW(pwritev2(fd, parts, 2, -1, RWF_SYNC));
  SHOW(pwritev2(fd, parts, 2, 0, RWF_APPEND));
  SHOW(pwritev2(fd, parts, 2, 0, 1 << 20));
  char text[32] = {0};
  struct iovec into = {text, 31};
  SHOW(preadv2(fd, &into, 1, 0, RWF_NOWAIT));
  SHOW(preadv2(fd, &into, 1, 0, RWF_HIPRI));
  puts(text);
  SHOW(fcntl(fd, F_SETFL, O_SYNC | O_APPEND));
  SHOW(fcntl(fd, F_GETFL) & (O_SYNC | O_APPEND));
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
  SHOW(sync_file_range(fd, 0, 0, 64));
  SHOW(sync_file_range(fd, -1, 0, 0));
  SHOW(syncfs(fd));
  SHOW(syncfs(99));
  int directory = MUST(open(".", O_RDONLY | O_DIRECTORY));
  SHOW(fsync(directory));
  SHOW(fdatasync(directory));
  return 0;
}
