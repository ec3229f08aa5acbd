#include "case.h"

int main(void) {
  put("f", "contents");
  MUST(mkdir("d", 0755));
  put("d/inner", "inner");
  MUST(symlink("f", "link"));
  int fd = SHOW(open("f", O_PATH));
  char byte;
  SHOW(read(fd, &byte, 1));
  SHOW(write(fd, "x", 1));
  SHOW(fchmod(fd, 0600));
  SHOW(ftruncate(fd, 0));
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(fcntl(fd, F_GETFL));
  struct stat st, path_st;
  SHOW(fstat(fd, &st));
  SHOW(stat("f", &path_st));
  TRUTH(st.st_ino == path_st.st_ino && st.st_dev == path_st.st_dev);
  int dir = SHOW(open("d", O_PATH | O_DIRECTORY));
  SHOW(openat(dir, "inner", O_RDONLY));
  SHOW(fstatat(dir, "inner", &st, 0));
  SHOW_POINTER(fdopendir(dir));
  int link = SHOW(open("link", O_PATH | O_NOFOLLOW));
  SHOW(fstat(link, &st));
  printf("%s %lld\n", type_name(st.st_mode), (long long)st.st_size);
  char target[16] = {0};
  SHOW(readlinkat(link, "", target, sizeof target));
  puts(target);
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  SHOW(open(name, O_RDONLY));
  SHOW(fchdir(dir));
  show_contents("inner");
  return 0;
}
