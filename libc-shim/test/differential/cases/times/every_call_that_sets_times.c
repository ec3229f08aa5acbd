#include <utime.h>

#include "case.h"

static void show(const char *path) {
  struct stat st = stat_of(path);
  printf("%s: atime %lld.%09ld mtime %lld.%09ld\n", path, (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
         (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

int main(void) {
  put("f", "x");
  MUST(symlink("f", "l"));
  MUST(mkdir("d", 0755));
  int fd = MUST(open("f", O_RDONLY)), dir = MUST(open("d", O_RDONLY));
  struct utimbuf seconds = {11, 12};
  SHOW(utime("f", &seconds));
  show("f");
  struct timeval micro[2] = {{21, 1000}, {22, 2000}};
  SHOW(utimes("l", micro));
  show("f");
  micro[1].tv_sec = 32;
  SHOW(lutimes("l", micro));
  show("l");
  show("f");
  micro[1].tv_sec = 42;
  SHOW(futimes(fd, micro));
  show("f");
  micro[1].tv_sec = 52;
  SHOW(futimesat(dir, "../f", micro));
  show("f");
  struct timespec nano[2] = {{61, 3}, {62, 4}};
  SHOW(futimens(fd, nano));
  show("f");
  SHOW(futimens(dir, nano));
  show("d");
  nano[1].tv_sec = 72;
  SHOW(utimensat(AT_FDCWD, "l", nano, AT_SYMLINK_NOFOLLOW));
  show("l");
  show("f");
  nano[1].tv_sec = 82;
  SHOW(utimensat(dir, "../l", nano, 0));
  show("f");
  nano[1].tv_sec = 92;
  SHOW(syscall(SYS_utimensat, fd, NULL, nano, 0));
  show("f");
  SHOW(utime("f", NULL));
  TRUTH(stat_of("f").st_mtim.tv_sec > 1600000000);
  SHOW(futimens(99, nano));
  SHOW(futimens(MUST(open("f", O_PATH)), nano));
  SHOW(utimes("missing", micro));
  micro[0].tv_usec = 1000000;
  SHOW(utimes("f", micro));
  return 0;
}
