#include "case.h"

static struct timespec last;

static void report(const char *what, const char *path, int result) {
  struct stat st = stat_of(path);
  int order = compare_times(st.st_ctim, last);
  printf("%s = %d: ctime %s\n", what, result, order > 0 ? "later" : order < 0 ? "EARLIER" : "same");
  last = st.st_ctim;
  tick();
}

int main(void) {
  put("f", "x");
  int fd = MUST(open("f", O_RDWR));
  struct timespec times[2] = {{1, 2}, {3, 4}};
  report("create", "f", 0);
  report("chmod", "f", chmod("f", 0600));
  report("fchmod", "f", fchmod(fd, 0640));
  report("same chmod", "f", chmod("f", 0640));
  report("chown", "f", chown("f", geteuid(), getegid()));
  report("link", "f", link("f", "g"));
  report("unlink other name", "f", unlink("g"));
  report("rename", "h", rename("f", "h"));
  report("utimensat", "h", utimensat(AT_FDCWD, "h", times, 0));
  report("futimens", "h", futimens(fd, times));
  report("setxattr", "h", setxattr("h", "user.a", "1", 1, 0));
  report("removexattr", "h", removexattr("h", "user.a"));
  report("write", "h", write(fd, "abc", 3));
  report("truncate", "h", truncate("h", 1));
  report("ftruncate", "h", ftruncate(fd, 10));
  char byte;
  report("read", "h", pread(fd, &byte, 1, 0));
  report("open for reading", "h", close(open("h", O_RDONLY)));
  report("stat", "h", access("h", R_OK));
  struct stat ignored;
  report("stat", "h", stat("h", &ignored));
  report("open truncating", "h", close(open("h", O_WRONLY | O_TRUNC)));
  report("failed chmod", "h", chmod("missing", 0));
  return 0;
}
