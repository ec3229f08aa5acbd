#include "case.h"

static int again(void) {
  struct stat st;
  char text[16] = {0};
  SHOW(fstat(10, &st));
  TRUTH(st.st_ino == stat_of("f").st_ino && st.st_dev == stat_of("f").st_dev);
  SHOW(st.st_nlink);
  SHOW(read(10, text, 15));
  puts(text);
  SHOW(write(10, "!", 1));
  SHOW(fchmod(10, 0600));
  show_file("f");
  SHOW(ftruncate(10, 3));
  show_file("f");
  SHOW(openat(11, "inner", O_RDONLY));
  SHOW(mkdirat(11, "made", 0755));
  SHOW(fchdir(11));
  show_directory(".");
  SHOW(fstat(12, &st));
  SHOW(fcntl(13, F_GETFD));
  SHOW(unlinkat(11, "inner", 0));
  char buffer[512];
  TRUTH(getdents64(11, buffer, sizeof buffer) > 0);
  SHOW(fstat(14, &st));
  SHOW(st.st_nlink);
  TRUTH(st.st_ino != 0);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1) return again();
  put("f", "contents");
  put("gone", "x");
  MUST(mkdir("d", 0755));
  put("d/inner", "x");
  MUST(dup2(MUST(open("f", O_RDWR)), 10));
  MUST(dup2(MUST(open("d", O_RDONLY)), 11));
  MUST(dup2(MUST(open("/etc/passwd", O_RDONLY)), 12));
  MUST(dup3(MUST(open("f", O_RDONLY)), 13, O_CLOEXEC));
  MUST(dup2(MUST(open("gone", O_RDONLY)), 14));
  MUST(unlink("gone"));
  char *environment[] = {NULL};
  char *arguments[] = {argv[0], "again", NULL};
  execve(argv[0], arguments, environment);
  return 1;
}
