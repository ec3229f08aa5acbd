/* What tar and cp -p do: write, set the times, close; nothing afterwards may move them. */
#include "case.h"

static void show(const char *when) {
  struct stat st = stat_of("f");
  printf("%s: %lld.%09ld size %lld\n", when, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (long long)st.st_size);
}

int main(void) {
  struct timespec times[2] = {{1111, 22}, {3333, 44}};
  int fd = MUST(open("f", O_WRONLY | O_CREAT, 0644));
  MUST(write(fd, "data", 4));
  MUST(futimens(fd, times));
  show("futimens");
  MUST(fchmod(fd, 0600));
  show("fchmod");
  struct stat st;
  MUST(fstat(fd, &st));
  SHOW(st.st_mtim.tv_sec);
  MUST(close(fd));
  show("close");
  MUST(rename("f", "g"));
  MUST(rename("g", "f"));
  show("rename");
  fd = MUST(open("f", O_RDWR));
  show("open for writing");
  MUST(close(fd));
  show("close without writing");
  MUST(chmod("f", 0644));
  show("chmod");
  fd = MUST(open("f", O_RDONLY));
  MUST(futimens(fd, times));
  MUST(setxattr("f", "user.a", "1", 1, 0));
  show("setxattr");
  MUST(mkdir("d", 0755));
  put("d/f", "x");
  MUST(utimensat(AT_FDCWD, "d", times, 0));
  SHOW(stat_of("d").st_mtim.tv_sec);
  put("d/f", "changed contents");
  SHOW(stat_of("d").st_mtim.tv_sec);
  put("d/g", "new");
  TRUTH(stat_of("d").st_mtim.tv_sec > 1600000000);
  return 0;
}
