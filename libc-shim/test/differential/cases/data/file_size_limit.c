#include "case.h"

static void limited(void) {
  struct rlimit limit = {1000, 1000};
  MUST(setrlimit(RLIMIT_FSIZE, &limit));
  signal(SIGXFSZ, SIG_IGN);
  static char text[2000];
  int fd = MUST(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(write(fd, text, 2000));
  SHOW(write(fd, text, 1));
  SHOW(ftruncate(fd, 1001));
  SHOW(truncate("f", 2000));
  SHOW(ftruncate(fd, 500));
  SHOW(fallocate(fd, 0, 0, 5000));
  show_file("f");
}

static void killed(void) {
  struct rlimit limit = {1000, 1000};
  MUST(setrlimit(RLIMIT_FSIZE, &limit));
  int fd = MUST(open("g", O_RDWR | O_CREAT, 0644));
  MUST(lseek(fd, 1000, SEEK_SET));
  SHOW(write(fd, "x", 1));
}

static void killed_by_truncate(void) {
  struct rlimit limit = {1000, 1000};
  MUST(setrlimit(RLIMIT_FSIZE, &limit));
  put("h", "x");
  SHOW(truncate("h", 5000));
}

int main(void) {
  in_child(limited);
  in_child(killed);
  in_child(killed_by_truncate);
  return 0;
}
