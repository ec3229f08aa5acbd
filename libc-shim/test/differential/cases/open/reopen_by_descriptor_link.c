#include "case.h"

int main(void) {
  put("f", "contents");
  int fd = MUST(open("f", O_RDWR));
  MUST(lseek(fd, 4, SEEK_SET));
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  int again = SHOW(open(name, O_RDONLY));
  SHOW(lseek(again, 0, SEEK_CUR));
  SHOW(open(name, O_RDONLY | O_NOFOLLOW));
  snprintf(name, sizeof name, "/dev/fd/%d", fd);
  int third = SHOW(open(name, O_WRONLY | O_TRUNC));
  show_file("f");
  SHOW(write(third, "new", 3));
  MUST(unlink("f"));
  int fourth = SHOW(open(name, O_RDONLY));
  char text[8] = {0};
  SHOW(read(fourth, text, 7));
  puts(text);
  struct stat st;
  SHOW(stat(name, &st));
  printf("links %lu size %lld\n", (unsigned long)st.st_nlink, (long long)st.st_size);
  return 0;
}
