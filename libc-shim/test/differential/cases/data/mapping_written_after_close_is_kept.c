#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  MUST(ftruncate(fd, 4096));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  MUST(close(fd));
  strcpy(map, "late");
  MUST(munmap(map, 4096));
  show_contents("f");
  show_file("f");
  MUST(rename("f", "g"));
  show_contents("g");
  return 0;
}
