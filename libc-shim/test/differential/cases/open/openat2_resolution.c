/* openat2 has no wrapper in the C library: it comes through syscall(). */
#include <linux/openat2.h>

#include "case.h"

static long open2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  return syscall(SYS_openat2, dir, path, &how, sizeof how);
}

int main(void) {
  MUST(mkdir("d", 0755));
  put("d/f", "x");
  put("outer", "y");
  MUST(symlink("f", "d/link"));
  MUST(symlink("../outer", "d/out"));
  MUST(symlink("/outer", "d/absolute"));
  int d = MUST(open("d", O_RDONLY | O_DIRECTORY));
  SHOW(open2(d, "f", O_RDONLY, 0, 0));
  SHOW(open2(d, "new", O_RDWR | O_CREAT | O_EXCL, 0640, 0));
  show_file("d/new");
  SHOW(open2(d, "link", O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
  SHOW(open2(d, "../outer", O_RDONLY, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "out", O_RDONLY, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "out", O_RDONLY, 0, 0));
  SHOW(open2(d, "absolute", O_RDONLY, 0, RESOLVE_IN_ROOT));
  SHOW(open2(d, "../f", O_RDONLY, 0, RESOLVE_IN_ROOT));
  SHOW(open2(d, "f", O_RDONLY, 0644, 0));
  SHOW(open2(d, "f", O_RDONLY, 0, 1 << 30));
  struct open_how how = {0};
  SHOW(syscall(SYS_openat2, d, "f", &how, 8));
  return 0;
}
