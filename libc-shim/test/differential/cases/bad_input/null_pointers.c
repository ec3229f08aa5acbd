#include "case.h"

#pragma GCC diagnostic ignored "-Wnonnull"

int main(void) {
  char *volatile null = NULL;
  struct stat *volatile no_stat = NULL;
  put("f", "text");
  int fd = MUST(open("f", O_RDWR)), dir = MUST(open(".", O_RDONLY));
  char buffer[16];
  struct stat st;
  SHOW(open(null, O_RDONLY));
  SHOW(open(null, O_CREAT | O_WRONLY, 0644));
  SHOW(openat(dir, null, O_RDONLY));
  SHOW(stat(null, &st));
  SHOW(lstat(null, &st));
  SHOW(syscall(SYS_newfstatat, AT_FDCWD, "f", no_stat, 0));
  SHOW(syscall(SYS_fstat, fd, no_stat));
  SHOW(mkdir(null, 0755));
  SHOW(rmdir(null));
  SHOW(unlink(null));
  SHOW(rename("f", null));
  SHOW(rename(null, "f"));
  SHOW(link(null, "x"));
  SHOW(symlink(null, "x"));
  SHOW(symlink("x", null));
  SHOW(readlink(null, buffer, 16));
  SHOW(chmod(null, 0644));
  SHOW(fchmodat(dir, null, 0644, 0));
  SHOW(chown(null, -1, -1));
  SHOW(truncate(null, 0));
  SHOW(access(null, F_OK));
  SHOW(chdir(null));
  SHOW(mkfifo(null, 0600));
  SHOW(setxattr(null, "user.a", "x", 1, 0));
  SHOW(setxattr("f", null, "x", 1, 0));
  SHOW(utimensat(AT_FDCWD, null, NULL, 0));
  SHOW(syscall(SYS_utimensat, fd, NULL, NULL, 0));
  SHOW(execv(null, NULL));
  SHOW_POINTER(realpath(null, NULL));
  show_directory(".");
  return 0;
}
