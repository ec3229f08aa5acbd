/* needs: root */
/* Paths by way of a descriptor that is not open, as root and as another user: ENOENT by /proc, EBADF by the descriptor. */
#include "case.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

enum { NOBODY = 65534, NO_SUCH = 777 };
#define LINK "/proc/self/fd/777"

static void ask(void) {
  struct stat status;
  static const char *const paths[] = {LINK, LINK "/x", "/proc/thread-self/fd/777", "/dev/fd/777", "/proc/self/fd/-1"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    const char *path = paths[i];
    puts(path);
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "new", AT_SYMLINK_FOLLOW));
    SHOW(linkat(AT_FDCWD, "f", AT_FDCWD, path, 0));
    SHOW(rename(path, "new"));
    SHOW(rename("f", path));
    SHOW(stat(path, &status));
    SHOW(open(path, O_RDONLY));
    SHOW(symlink("target", path));
  }
  SHOW(linkat(NO_SUCH, "f", AT_FDCWD, "new", 0));
  SHOW(linkat(AT_FDCWD, "f", NO_SUCH, "new", 0));
  SHOW(renameat(NO_SUCH, "f", AT_FDCWD, "new"));
  char longest[PATH_MAX];
  for (size_t i = 0; i < sizeof longest; i++) longest[i] = i % 2 ? '/' : '.';
  longest[PATH_MAX - 1] = '\0';
  SHOW(linkat(NO_SUCH, longest, AT_FDCWD, "new", 0));
  SHOW(linkat(AT_FDCWD, "f", NO_SUCH, longest, 0));
  SHOW(fstatat(NO_SUCH, longest, &status, 0));
  SHOW(renameat(AT_FDCWD, "f", NO_SUCH, "new"));
  static const int flags[] = {0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
    printf("flags %#x\n", (unsigned)flags[i]);
    SHOW(syscall(SYS_fchmodat2, NO_SUCH, "f", 0644, flags[i]));
    SHOW(syscall(SYS_fchmodat2, NO_SUCH, "", 0644, flags[i]));
    SHOW(syscall(SYS_fchmodat2, AT_FDCWD, "/dev/null/x", 0644, flags[i]));
    SHOW(fchmodat(NO_SUCH, "f", 0644, flags[i]));
  }
}

int main(void) {
  put("f", "text");
  MUST(chmod(".", 0777));
  ask();
  MUST(seteuid(NOBODY));
  ask();
  return 0;
}
