#include "case.h"

int main(void) {
  put("f", "x");
  int fd = MUST(open("f", O_RDONLY));
  struct statfs a, b;
  struct statvfs c, d;
  SHOW(statfs("f", &a));
  SHOW(fstatfs(fd, &b));
  SHOW(statvfs(".", &c));
  SHOW(fstatvfs(fd, &d));
  TRUTH(a.f_type == b.f_type && a.f_bsize == b.f_bsize && a.f_namelen == b.f_namelen);
  TRUTH(c.f_bsize == d.f_bsize && c.f_namemax == d.f_namemax);
  SHOW(a.f_namelen);
  TRUTH(a.f_blocks > 0 && a.f_bavail > 0 && c.f_files > 0);
  SHOW(statfs("missing", &a));
  SHOW(statvfs("f/x", &c));
  SHOW(fstatfs(99, &a));
  struct statfs64 e;
  SHOW(statfs64("f", &e));
  SHOW(fstatfs64(fd, &e));
  struct statvfs64 g;
  SHOW(statvfs64("f", &g));
  SHOW(fstatvfs64(fd, &g));
  return 0;
}
