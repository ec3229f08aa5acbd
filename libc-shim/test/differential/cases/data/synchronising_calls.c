#include "case.h"

int main(void) {
  put("f", "x");
  int fd = MUST(open("f", O_RDWR)), dir = MUST(open(".", O_RDONLY)), path = MUST(open("f", O_PATH)), ends[2];
  MUST(pipe(ends));
  SHOW(write(fd, "data", 4));
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(fsync(dir));
  SHOW(fdatasync(dir));
  SHOW(syncfs(fd));
  SHOW(sync_file_range(fd, 0, 4, SYNC_FILE_RANGE_WRITE));
  SHOW(fsync(MUST(open("f", O_RDONLY))));
  SHOW(fsync(99));
  SHOW(fsync(path));
  SHOW(fsync(ends[0]));
  SHOW(syncfs(99));
  SHOW(fsync(-1));
  sync();
  int synced = MUST(open("g", O_WRONLY | O_CREAT | O_SYNC, 0644));
  SHOW(write(synced, "x", 1));
  MUST(unlink("f"));
  SHOW(fsync(fd));
  return 0;
}
