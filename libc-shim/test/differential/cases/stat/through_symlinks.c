#include "case.h"

int main(void) {
  put("f", "12345");
  MUST(mkdir("d", 0755));
  put("d/g", "1");
  MUST(symlink("f", "a"));
  MUST(symlink("a", "b"));
  MUST(symlink("d", "e"));
  MUST(symlink("../f", "d/up"));
  MUST(symlink("missing", "dangling"));
  char absolute[PATH_MAX + 8];
  MUST(getcwd(absolute, PATH_MAX) ? 0 : -1);
  strcat(absolute, "/d/g");
  MUST(symlink(absolute, "absolute"));
  MUST(symlink("/etc/passwd", "leaves"));
  struct stat st, target;
  const char *names[] = {"a", "b", "e", "e/g", "e/up", "d/up", "absolute", "dangling", "e/../f", "e/.", "a/x"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    errno = 0;
    int followed = stat(names[i], &st);
    printf("stat %s = %d %s", names[i], followed, errno_name(errno));
    if (followed == 0) printf(" %s", type_name(st.st_mode));
    if (followed == 0 && !S_ISDIR(st.st_mode)) printf(" size %lld", (long long)st.st_size);
    errno = 0;
    int itself = lstat(names[i], &st);
    printf("; lstat = %d %s %s\n", itself, errno_name(errno), itself == 0 ? type_name(st.st_mode) : "");
  }
  MUST(stat("/etc/passwd", &target));
  SHOW(stat("leaves", &st));
  TRUTH(st.st_ino == target.st_ino && st.st_dev == target.st_dev);
  return 0;
}
