#include "case.h"

int main(void) {
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  MUST(write(fd, "before", 6));
  int second = MUST(open("f", O_RDONLY));
  SHOW(unlink("f"));
  SHOW(write(fd, " after", 6));
  char text[16] = {0};
  SHOW(read(second, text, 15));
  puts(text);
  SHOW(open("f", O_RDONLY));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  TRUTH(map != MAP_FAILED);
  memcpy(map, "MAPPED", 6);
  SHOW(pread(second, text, 12, 0));
  puts(text);
  put("f", "new file");
  SHOW(pread(second, text, 6, 0));
  puts(text);
  show_contents("f");
  SHOW(ftruncate(fd, 3));
  struct stat st;
  SHOW(fstat(second, &st));
  SHOW(st.st_size);
  SHOW(fsync(fd));
  return 0;
}
