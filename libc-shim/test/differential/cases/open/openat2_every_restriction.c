/* openat2 with each RESOLVE_* and their combinations. */
#include <linux/openat2.h>

#include "case.h"

static long open2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
  long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
  if (fd >= 0) {
    int error = errno;
    close((int)fd);
    errno = error;
    return 0;
  }
  return fd;
}

static void try_all(int d, const char *path) {
  const uint64_t kinds[] = {0,
                            RESOLVE_NO_XDEV,
                            RESOLVE_NO_MAGICLINKS,
                            RESOLVE_NO_SYMLINKS,
                            RESOLVE_BENEATH,
                            RESOLVE_IN_ROOT,
                            RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
                            RESOLVE_IN_ROOT | RESOLVE_NO_XDEV,
                            RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV};
  printf("%s:", path);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    errno = 0;
    long got = open2(d, path, O_RDONLY, 0, kinds[i]);
    printf(" %s", got < 0 ? errno_name(errno) : "ok");
  }
  puts("");
}

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/sub", 0755));
  put("d/f", "x");
  put("d/sub/g", "y");
  put("outer", "z");
  MUST(symlink("f", "d/link"));
  MUST(symlink("sub/g", "d/deep"));
  MUST(symlink("../f", "d/sub/up"));
  MUST(symlink("../outer", "d/out"));
  MUST(symlink("/f", "d/root"));
  MUST(symlink("/f", "d/sub/root"));
  MUST(symlink("loop", "d/loop"));
  MUST(symlink("missing", "d/dangling"));
  MUST(symlink("/proc/self/fd/0", "d/magic"));
  int d = MUST(open("d", O_RDONLY | O_DIRECTORY));
  const char *paths[] = {
      "f",           "link",      "deep", "sub/up", "out",    "root",     "sub/root", "loop",
      "dangling",    "magic",     ".",    "..",     "sub/..", "sub/../f", "../d/f",   "sub/../../outer",
      "/etc/passwd", "missing/f", "f/",   "f/x",    "sub/g",  ""};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) try_all(d, paths[i]);
  char absolute[PATH_MAX + 8];
  MUST(getcwd(absolute, PATH_MAX) == NULL ? -1 : 0);
  strcat(absolute, "/d/f");
  SHOW(open2(AT_FDCWD, absolute, O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
  SHOW(open2(AT_FDCWD, absolute, O_RDONLY, 0, RESOLVE_BENEATH));
  SHOW(open2(AT_FDCWD, absolute, O_RDONLY, 0, RESOLVE_IN_ROOT));
  char own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d/f", d);
  SHOW(open2(AT_FDCWD, own, O_RDONLY, 0, 0));
  SHOW(open2(d, "../../../../../../../etc/passwd", O_RDONLY, 0, RESOLVE_BENEATH));
  SHOW(open2(AT_FDCWD, own, O_RDONLY, 0, RESOLVE_NO_MAGICLINKS));
  SHOW(open2(AT_FDCWD, own, O_RDONLY, 0, RESOLVE_NO_SYMLINKS));
  /* creating under restrictions */
  SHOW(open2(d, "made", O_WRONLY | O_CREAT, 0640, RESOLVE_BENEATH));
  show_file("d/made");
  SHOW(open2(d, "made", O_WRONLY | O_CREAT | O_EXCL, 0640, RESOLVE_BENEATH));
  SHOW(open2(d, "sub/../made2", O_WRONLY | O_CREAT | O_EXCL, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "../made3", O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "../made3", O_WRONLY | O_CREAT, 0600, RESOLVE_IN_ROOT));
  SHOW(open2(d, "/made4", O_WRONLY | O_CREAT, 0600, RESOLVE_IN_ROOT));
  SHOW(open2(d, "link", O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "link", O_WRONLY | O_CREAT, 0600, RESOLVE_NO_SYMLINKS));
  SHOW(open2(d, "sub/", O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "new/", O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "missing/new", O_WRONLY | O_CREAT, 0600, RESOLVE_BENEATH));
  SHOW(open2(d, "made", O_RDWR | O_TRUNC, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "sub", O_PATH | O_DIRECTORY, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "link", O_PATH | O_NOFOLLOW, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "link", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS));
  SHOW(open2(d, "link", O_RDONLY | O_NOFOLLOW, 0, RESOLVE_BENEATH));
  SHOW(open2(d, "sub", O_TMPFILE | O_RDWR, 0600, RESOLVE_BENEATH));
  int never_named = (int)open2(d, "sub", O_TMPFILE | O_EXCL | O_RDWR, 0600, RESOLVE_BENEATH);
  SHOW(linkat(never_named, "", d, "named", AT_EMPTY_PATH));
  SHOW(open2(d, "f", O_RDONLY, 0, RESOLVE_CACHED));
  SHOW(open2(d, "f", O_RDONLY, 0, RESOLVE_CACHED | RESOLVE_BENEATH));
  /* arguments */
  SHOW(open2(d, "f", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
  SHOW(open2(d, "f", O_PATH | O_RDWR | O_APPEND, 0, 0));
  SHOW(open2(d, "new", O_CREAT | O_WRONLY, 010000, 0));
  SHOW(open2(d, "new", O_CREAT | O_WRONLY, 07777, RESOLVE_BENEATH));
  SHOW(open2(d, "f", 1ULL << 40, 0, 0));
  SHOW(open2(d, "f", O_CREAT | O_DIRECTORY, 0600, 0));
  SHOW(open2(99, "f", O_RDONLY, 0, RESOLVE_BENEATH));
  struct {
    struct open_how how;
    uint64_t more;
  } large = {{.flags = O_RDONLY}, 0};
  TRUTH(syscall(SYS_openat2, d, "f", &large, sizeof large) >= 0);
  large.more = 1;
  SHOW(syscall(SYS_openat2, d, "f", &large, sizeof large));
  SHOW(syscall(SYS_openat2, d, "f", &large, 4));
  SHOW(syscall(SYS_openat2, d, "f", NULL, sizeof(struct open_how)));
  SHOW(syscall(SYS_openat2, d, NULL, &large.how, sizeof(struct open_how)));
  for (uint64_t resolve = RESOLVE_NO_SYMLINKS; resolve <= RESOLVE_IN_ROOT; resolve *= 2) {
    char *volatile nowhere = (char *)8;
    SHOW(open2(d, nowhere, O_RDONLY, 0, resolve));
    SHOW(open2(d, NULL, O_RDONLY, 0, resolve));
    SHOW(open2(d, nowhere, O_TMPFILE | O_EXCL | O_WRONLY, 0400, resolve));
    SHOW(open2(99, nowhere, O_RDONLY, 0, resolve));
    SHOW(open2(d, nowhere, O_RDONLY, 0400, resolve));
  }
  show_directory("d");
  show_directory(".");
  return 0;
}
