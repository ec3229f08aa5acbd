#include "case.h"

int main(void) {
  put("f", "x");
  struct stat st;
  SHOW(open("f", O_RDWR | O_WRONLY));
  SHOW(open("f", 1 << 30));
  SHOW(open("f", O_DIRECTORY | O_CREAT, 0644));
  SHOW(fstatat(AT_FDCWD, "f", &st, 0x20000));
  SHOW(unlinkat(AT_FDCWD, "f", 0x20000));
  SHOW(linkat(AT_FDCWD, "f", AT_FDCWD, "g", 0x20000));
  SHOW(fchownat(AT_FDCWD, "f", -1, -1, 0x20000));
  SHOW(utimensat(AT_FDCWD, "f", NULL, 0x20000));
  SHOW(faccessat(AT_FDCWD, "f", R_OK, 0x20000));
  SHOW(faccessat(AT_FDCWD, "f", 0xff, 0));
  SHOW(access("f", -1));
  SHOW(renameat2(AT_FDCWD, "f", AT_FDCWD, "g", 0x100));
  SHOW(mknod("g", 0170000 | 0644, 0));
  SHOW(fallocate(MUST(open("f", O_RDWR)), 0x8000, 0, 10));
  SHOW(lseek(MUST(open("f", O_RDWR)), 0, 100));
  SHOW(syscall(SYS_openat, AT_FDCWD, "f", 0x40000000, 0));
  char *none[] = {NULL};
  SHOW(execveat(AT_FDCWD, "f", none, none, 0x20000));
  show_directory(".");
  return 0;
}
