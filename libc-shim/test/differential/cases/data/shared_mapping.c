#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(ftruncate(fd, 10000));
  char *map = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  TRUTH(map != MAP_FAILED);
  strcpy(map, "through the mapping");
  strcpy(map + 8000, "second page");
  char text[32] = {0};
  SHOW(pread(fd, text, 19, 0));
  puts(text);
  SHOW(msync(map, 10000, MS_SYNC));
  SHOW(msync(map, 10000, MS_ASYNC));
  SHOW(pwrite(fd, "BY WRITE", 8, 0));
  puts(map);
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int mine = MUST(open("f", O_RDWR));
    char *other = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, mine, 0);
    strcpy(other + 100, "from the child");
    strcpy(map + 200, "inherited");
    _exit(0);
  }
  reap(pid);
  puts(map + 100);
  puts(map + 200);
  SHOW(close(fd));
  strcpy(map + 300, "after close");
  SHOW(unlink("f"));
  puts(map + 300);
  SHOW(munmap(map, 10000));
  return 0;
}
