#include "case.h"

#pragma GCC diagnostic ignored "-Wnonnull"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"

int main(void) {
  char *bad = (char *)0x10;
  char *volatile null = NULL;
  struct stat *volatile bad_stat = (struct stat *)0x10;
  put("f", "text");
  MUST(mkdir("d", 0755));
  int fd = MUST(open("f", O_RDWR)), dir = MUST(open("d", O_RDONLY));
  SHOW(open(bad, O_RDONLY));
  SHOW(open(null, O_RDONLY));
  SHOW(open(bad, O_CREAT | O_WRONLY, 0644));
  SHOW(openat(dir, bad, O_RDONLY));
  SHOW(openat(dir, null, O_RDONLY));
  SHOW(syscall(SYS_stat, bad, bad_stat));
  SHOW(syscall(SYS_stat, "f", bad_stat));
  SHOW(syscall(SYS_newfstatat, AT_FDCWD, "f", bad_stat, 0));
  SHOW(syscall(SYS_fstat, fd, bad_stat));
  SHOW(syscall(SYS_statx, AT_FDCWD, "f", 0, STATX_ALL, bad));
  SHOW(syscall(SYS_statx, AT_FDCWD, bad, 0, STATX_ALL, bad));
  struct statx more;
  struct stat status;
  SHOW(syscall(SYS_statx, fd, bad, AT_EMPTY_PATH, STATX_ALL, &more));
  SHOW(syscall(SYS_newfstatat, fd, bad, &status, AT_EMPTY_PATH));
  SHOW(syscall(SYS_execveat, fd, bad, NULL, NULL, AT_EMPTY_PATH));
  SHOW(mkdir(bad, 0755));
  SHOW(rmdir(bad));
  SHOW(unlink(bad));
  SHOW(rename("f", bad));
  SHOW(rename(bad, "f"));
  SHOW(link("f", bad));
  SHOW(symlink(bad, "x"));
  SHOW(symlink("x", bad));
  SHOW(chmod(bad, 0644));
  SHOW(chown(bad, 0, 0));
  SHOW(truncate(bad, 0));
  SHOW(access(bad, F_OK));
  SHOW(chdir(bad));
  SHOW(readlink(bad, (char *)0x18, 10));
  MUST(symlink("target", "l"));
  SHOW(readlink("l", bad, 10));
  SHOW(utimensat(AT_FDCWD, "f", (struct timespec *)bad, 0));
  SHOW(utimensat(AT_FDCWD, bad, NULL, 0));
  SHOW(setxattr("f", bad, "x", 1, 0));
  SHOW(setxattr("f", "user.a", bad, 1, 0));
  SHOW(setxattr(bad, "user.a", "x", 1, 0));
  SHOW(setxattr("f", "user.a", "x", 1, 0));
  SHOW(getxattr("f", "user.a", bad, 10));
  SHOW(listxattr("f", bad, 100));
  SHOW(read(fd, bad, 4));
  SHOW(write(fd, bad, 4));
  SHOW(pread(fd, bad, 4, 0));
  SHOW(syscall(SYS_getdents64, dir, bad, 1000));
  SHOW(syscall(SYS_getcwd, bad, 1000));
  SHOW(statfs("f", (struct statfs *)bad));
  SHOW(mkfifo(bad, 0600));
  SHOW(execv(bad, NULL));
  char page_end[1];
  SHOW(fstatat(AT_FDCWD, bad, (struct stat *)page_end, 0));
  show_directory(".");
  return 0;
}
