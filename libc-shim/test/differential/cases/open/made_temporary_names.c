#include "case.h"

static void check(const char *what, int fd, const char *name) {
  printf("%s: %s, length %zu\n", what, fd >= 0 ? "made" : errno_name(errno), strlen(name));
  if (fd >= 0) {
    struct stat st;
    MUST(stat(name, &st));
    printf("  mode %04o size %lld flags %#o cloexec %d\n", st.st_mode & 07777, (long long)st.st_size,
           fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
    struct stat by_descriptor;
    MUST(fstat(fd, &by_descriptor));
    TRUTH(st.st_ino == by_descriptor.st_ino);
    close(fd);
    unlink(name);
  }
}

int main(void) {
  umask(0);
  char a[] = "aXXXXXX", b[] = "bXXXXXX.txt", c[] = "cXXXXXX", d[] = "dXXXXXX.c", e[] = "eXXXXX";
  check("mkstemp", mkstemp(a), a);
  check("mkstemps", mkstemps(b, 4), b);
  check("mkostemp", mkostemp(c, O_CLOEXEC | O_APPEND), c);
  check("mkostemps", mkostemps(d, 2, O_SYNC), d);
  check("too few X", mkstemp(e), e);
  char missing[] = "missing/XXXXXX";
  check("missing", mkstemp(missing), missing);
  char dir[] = "dirXXXXXX";
  TRUTH(mkdtemp(dir) == dir);
  struct stat st = stat_of(dir);
  printf("%s %04o\n", type_name(st.st_mode), st.st_mode & 07777);
  SHOW(rmdir(dir));
  char bad[] = "dirXXXX";
  SHOW_POINTER(mkdtemp(bad));
  char names[20][8];
  int distinct = 0;
  for (int i = 0; i < 20; i++) {
    strcpy(names[i], "nXXXXXX");
    int fd = mkstemp(names[i]);
    distinct += fd >= 0;
    close(fd);
  }
  SHOW(distinct);
  for (int i = 0; i < 20; i++) unlink(names[i]);
  return 0;
}
