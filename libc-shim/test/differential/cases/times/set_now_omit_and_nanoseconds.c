#include "case.h"

static void show(const char *path) {
  struct stat st = stat_of(path);
  printf("%s: atime %lld.%09ld mtime %lld.%09ld\n", path, (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
         (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  struct timespec both[2] = {{1000000001, 123456789}, {1000000002, 987654321}};
  SHOW(utimensat(AT_FDCWD, "f", both, 0));
  show("f");
  SHOW(utimensat(AT_FDCWD, "d", both, 0));
  show("d");
  struct timespec omit_atime[2] = {{0, UTIME_OMIT}, {77, 7}};
  SHOW(utimensat(AT_FDCWD, "f", omit_atime, 0));
  show("f");
  struct timespec omit_mtime[2] = {{55, 5}, {0, UTIME_OMIT}};
  SHOW(utimensat(AT_FDCWD, "f", omit_mtime, 0));
  show("f");
  struct stat before = stat_of("f");
  tick();
  struct timespec omit_both[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
  SHOW(utimensat(AT_FDCWD, "f", omit_both, 0));
  show("f");
  TRUTH(compare_times(stat_of("f").st_ctim, before.st_ctim) == 0);
  struct timespec now_mtime[2] = {{9, 9}, {0, UTIME_NOW}};
  SHOW(utimensat(AT_FDCWD, "f", now_mtime, 0));
  TRUTH(stat_of("f").st_mtim.tv_sec > 1600000000);
  SHOW(stat_of("f").st_atim.tv_sec);
  SHOW(utimensat(AT_FDCWD, "f", NULL, 0));
  struct stat st = stat_of("f");
  TRUTH(compare_times(st.st_atim, st.st_mtim) == 0);
  struct timespec old[2] = {{-1, 0}, {-1000000000, 999999999}};
  SHOW(utimensat(AT_FDCWD, "f", old, 0));
  show("f");
  struct timespec far[2] = {{4000000000, 1}, {10000000000, 2}};
  SHOW(utimensat(AT_FDCWD, "f", far, 0));
  show("f");
  struct timespec bad[2] = {{1, 1000000000}, {1, 0}};
  SHOW(utimensat(AT_FDCWD, "f", bad, 0));
  SHOW(utimensat(AT_FDCWD, "missing", both, 0));
  SHOW(utimensat(AT_FDCWD, "f", both, 0x4000));
  SHOW(utimensat(AT_FDCWD, "", both, 0));
  return 0;
}
