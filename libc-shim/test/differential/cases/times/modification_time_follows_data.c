#include "case.h"

static struct stat last;

static void after(const char *what, long result) {
  struct stat st = stat_of("f");
  printf("%s = %ld: mtime %s\n", what, result, compare_times(st.st_mtim, last.st_mtim) > 0 ? "later" : "same");
  last = st;
  tick();
}

int main(void) {
  put("f", "x");
  last = stat_of("f");
  tick();
  int fd = MUST(open("f", O_RDWR));
  after("open", 0);
  after("write", write(fd, "abc", 3));
  after("write nothing", write(fd, "", 0));
  after("pwrite", pwrite(fd, "abc", 3, 10));
  char byte;
  after("read", pread(fd, &byte, 1, 0));
  after("ftruncate to the same size", ftruncate(fd, 13));
  after("ftruncate", ftruncate(fd, 5));
  after("truncate", truncate("f", 50));
  after("chmod", chmod("f", 0600));
  after("rename", rename("f", "g") | rename("g", "f"));
  after("link", link("f", "h") | unlink("h"));
  after("fallocate", fallocate(fd, 0, 0, 4096));
  after("fallocate keeping size", fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 8192));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  map[0] = 'M';
  after("msync", msync(map, 4096, MS_SYNC));
  munmap(map, 4096);
  after("fsync", fsync(fd));
  after("O_TRUNC", close(open("f", O_WRONLY | O_TRUNC)));
  after("copy_file_range", copy_file_range(MUST(open("/etc/passwd", O_RDONLY)), NULL, fd, NULL, 10, 0));
  after("close", close(fd));
  return 0;
}
