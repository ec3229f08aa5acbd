#include "case.h"

static void show(int fd) {
  char link[64], target[PATH_MAX] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  errno = 0;
  ssize_t length = readlink(link, target, sizeof target - 1);
  printf("%d -> %s %s\n", fd, length < 0 ? "" : target, length < 0 ? errno_name(errno) : "");
}

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  int f = MUST(open("f", O_RDONLY)), d = MUST(open("d", O_RDONLY));
  show(f);
  show(d);
  MUST(rename("f", "d/g"));
  show(f);
  MUST(rename("d", "e"));
  show(f);
  show(d);
  MUST(unlink("e/g"));
  show(f);
  MUST(rmdir("e"));
  show(d);
  show(dirfd(opendir(".")));
  show(MUST(open("/etc/passwd", O_RDONLY)));
  show(99);
  int made = MUST(open("new", O_CREAT | O_WRONLY, 0644));
  show(made);
  FILE *stream = fopen("stream", "w");
  show(fileno(stream));
  return 0;
}
