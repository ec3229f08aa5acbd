// utimensat(2) without a path is about the descriptor, and then takes no flags; libc's function refuses it.
#include "case.h"
#include <sys/syscall.h>

static long kernel_form(int fd, const char *path, const struct timespec *times, int flags) {
  return syscall(SYS_utimensat, fd, path, times, flags);
}

int main(void) {
  put("f", "x");
  int fd = open("f", O_RDWR), dir = open(".", O_RDONLY | O_DIRECTORY);
  const struct timespec times[2] = {{100, 1}, {200, 2}}, omitted[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
  SHOW(kernel_form(fd, NULL, times, 0));
  struct stat status = stat_of("f");
  printf("%ld.%ld %ld.%ld\n", status.st_atim.tv_sec, status.st_atim.tv_nsec, status.st_mtim.tv_sec,
         status.st_mtim.tv_nsec);
  SHOW(kernel_form(fd, NULL, times, AT_SYMLINK_NOFOLLOW));
  SHOW(kernel_form(fd, NULL, omitted, AT_SYMLINK_NOFOLLOW));
  SHOW(kernel_form(dir, NULL, times, 0));
  SHOW(kernel_form(-1, NULL, times, 0));
  SHOW(kernel_form(AT_FDCWD, NULL, times, 0));
  SHOW(kernel_form(AT_FDCWD, NULL, times, AT_SYMLINK_NOFOLLOW));
  SHOW(kernel_form(fd, "", times, AT_EMPTY_PATH));
  SHOW(kernel_form(AT_FDCWD, "f", (void *)1, 0));
  SHOW(kernel_form(dir, "f", NULL, 0));
  const char *volatile none = NULL;
  SHOW(utimensat(fd, none, times, 0));
  SHOW(futimens(fd, times));
  SHOW(futimens(-1, times));
  return 0;
}
