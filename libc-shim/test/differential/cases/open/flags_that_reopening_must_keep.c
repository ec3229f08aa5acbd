/* O_NOFOLLOW shows in F_GETFL, also beside O_TRUNC and by openat2; freopen may make a file exclusively. */
#include "case.h"

#include <linux/openat2.h>

static int by_how(const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

int main(void) {
  put("file", "text");
  MUST(mkfifo("fifo", 0600));
  MUST(symlink("file", "link"));
  int fd = SHOW(open("file", O_RDWR | O_TRUNC | O_NOFOLLOW));
  show_descriptor("truncated", fd);
  show_contents("file");
  SHOW(open("link", O_RDWR | O_TRUNC | O_NOFOLLOW));
  fd = SHOW(by_how("file", O_RDWR | O_NOFOLLOW, RESOLVE_BENEATH));
  show_descriptor("by openat2", fd);
  fd = SHOW(by_how("fifo", O_RDONLY | O_NONBLOCK | O_NOFOLLOW, RESOLVE_BENEATH));
  show_descriptor("a fifo", fd);
  SHOW(by_how("link", O_RDONLY | O_NOFOLLOW, RESOLVE_BENEATH));
  SHOW(by_how("./", O_RDONLY | O_NOFOLLOW | O_DIRECTORY, RESOLVE_BENEATH));
  fd = SHOW(by_how(".", O_RDONLY | O_NOFOLLOW, RESOLVE_IN_ROOT));
  show_descriptor("a directory", fd);

  fd = SHOW(open(".", O_RDWR | O_TMPFILE | O_NOFOLLOW, 0600));
  show_descriptor("unnamed", fd);
  MUST(symlink(".", "here"));
  SHOW(open("here", O_RDWR | O_TMPFILE | O_NOFOLLOW, 0600));
  SHOW(open("here", O_RDWR | O_TMPFILE, 0600));
  SHOW(open("file", O_RDWR | O_TMPFILE, 0600));

  FILE *stream = fopen("file", "r");
  stream = SHOW_POINTER(freopen("exclusive", "wx", stream));
  SHOW(fputs("new\n", stream));
  SHOW(fclose(stream));
  show_contents("exclusive");
  stream = fopen("file", "r");
  SHOW_POINTER(freopen("exclusive", "wx", stream));
  return 0;
}
