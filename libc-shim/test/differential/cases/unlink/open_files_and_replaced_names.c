/* Unlink while open, rename over open, recreate under the same name: descriptors keep their own file. */
#include "case.h"

static void state(const char *what, int fd) {
  struct stat st;
  char text[64] = {0}, own[64], target[PATH_MAX] = {0};
  MUST(fstat(fd, &st));
  ssize_t got = pread(fd, text, 63, 0);
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  MUST(readlink(own, target, sizeof target - 1));
  char *base = strrchr(target, '/');
  printf("%s: links %lu size %ld read %ld \"%s\" name %s\n", what, (unsigned long)st.st_nlink, (long)st.st_size, (long)got,
         text, base);
}

int main(void) {
  put("a", "first");
  int a = MUST(open("a", O_RDWR));
  ino_t old = stat_of("a").st_ino;
  SHOW(unlink("a"));
  state("unlinked", a);
  put("a", "second");
  TRUTH(stat_of("a").st_ino != old);
  int b = MUST(open("a", O_RDWR));
  state("unlinked", a);
  state("new", b);
  put("c", "third");
  int c = MUST(open("c", O_RDWR | O_APPEND));
  SHOW(rename("c", "a"));
  state("unlinked", a);
  state("replaced", b);
  state("moved", c);
  SHOW(write(b, "SECOND", 6));
  SHOW(write(c, "+", 1));
  SHOW(ftruncate(a, 2));
  SHOW(fchmod(a, 0600));
  SHOW(fchmod(b, 0640));
  SHOW(fsetxattr(b, "user.x", "y", 1, 0));
  state("unlinked", a);
  state("replaced", b);
  show_contents("a");
  char own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d", a);
  int again = SHOW(open(own, O_RDWR)) >= 0 ? open(own, O_RDONLY) : -1;
  state("again", again);
  SHOW(open(own, O_RDWR | O_TRUNC) >= 0);
  state("emptied", a);
  SHOW(linkat(AT_FDCWD, own, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
  char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, b, 0);
  memcpy(map, "mapped", 6);
  state("replaced", b);
  SHOW(fsync(a));
  SHOW(fsync(b));
  pid_t pid = MUST(fork());
  if (pid == 0) {
    state("in a child", b);
    SHOW(pwrite(b, "child!", 6, 0));
    _exit(0);
  }
  reap(pid);
  state("after the child", b);
  /* a directory that is open and removed */
  MUST(mkdir("d", 0755));
  int d = MUST(open("d", O_RDONLY | O_DIRECTORY));
  SHOW(rmdir("d"));
  SHOW(openat(d, "x", O_CREAT | O_WRONLY, 0644));
  SHOW(mkdirat(d, "x", 0755));
  SHOW(openat(d, ".", O_RDONLY) >= 0);
  SHOW(openat(d, "..", O_RDONLY));
  struct stat st;
  SHOW(fstat(d, &st));
  SHOW(st.st_nlink);
  char buffer[256];
  SHOW(syscall(SYS_getdents64, d, buffer, sizeof buffer));
  SHOW(linkat(AT_FDCWD, "a", d, "x", 0));
  SHOW(renameat(AT_FDCWD, "a", d, "x"));
  SHOW(symlinkat("t", d, "x"));
  SHOW(unlinkat(d, "x", 0));
  SHOW(fchmod(d, 0700));
  SHOW(fsync(d));
  /* many generations of one name, all open */
  int generations[50];
  for (int i = 0; i < 50; i++) {
    char text[16];
    sprintf(text, "gen %d", i);
    put("new", text);
    generations[i] = MUST(open("new", O_RDONLY));
    MUST(rename("new", "name"));
  }
  int wrong = 0;
  for (int i = 0; i < 50; i++) {
    char text[16] = {0}, expected[16];
    sprintf(expected, "gen %d", i);
    MUST(pread(generations[i], text, 15, 0));
    MUST(fstat(generations[i], &st));
    wrong += strcmp(text, expected) != 0 || st.st_nlink != (i == 49);
  }
  SHOW(wrong);
  return 0;
}
