#include "case.h"

int main(void) {
  put("f", "12345");
  MUST(mkdir("d", 0755));
  struct stat st;
  int fd = MUST(open("f", O_RDONLY)), dir = MUST(open("d", O_RDONLY));
  SHOW(fstatat(fd, "", &st, AT_EMPTY_PATH));
  SHOW(st.st_size);
  SHOW(fstatat(fd, "", &st, 0));
  SHOW(fstatat(fd, "x", &st, 0));
  SHOW(fstatat(dir, "", &st, AT_EMPTY_PATH));
  TRUTH(st.st_ino == stat_of("d").st_ino);
  SHOW(fstatat(dir, "../f", &st, AT_EMPTY_PATH));
  SHOW(st.st_size);
  SHOW(fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH));
  TRUTH(st.st_ino == stat_of(".").st_ino);
  SHOW(fstatat(99, "", &st, AT_EMPTY_PATH));
  SHOW(fstatat(fd, "", &st, 0x40000));
  int pipe_ends[2];
  MUST(pipe(pipe_ends));
  SHOW(fstatat(pipe_ends[0], "", &st, AT_EMPTY_PATH));
  puts(type_name(st.st_mode));
  return 0;
}
