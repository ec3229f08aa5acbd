#include "case.h"

int main(void) {
  put("f", "x");
  struct rlimit limit = {200, 200};
  MUST(setrlimit(RLIMIT_NOFILE, &limit));
  int count = 0, fd, last = -1;
  while ((fd = open("f", O_RDONLY)) >= 0) {
    last = fd;
    count++;
  }
  printf("%s\n", errno_name(errno));
  TRUTH(count > 150);
  TRUTH(last < 200);
  SHOW_POINTER(fopen("f", "r"));
  SHOW_POINTER(opendir("."));
  SHOW(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(dup(0));
  struct stat st;
  SHOW(stat("f", &st));
  SHOW(mkdir("d", 0755));
  SHOW(rename("d", "e"));
  SHOW(fstat(last, &st));
  TRUTH(st.st_ino == stat_of("f").st_ino);
  SHOW(close(last));
  SHOW(open("f", O_RDONLY) == last);
  SHOW(close(last));
  SHOW(open("new2", O_CREAT | O_WRONLY, 0644) == last);
  return 0;
}
