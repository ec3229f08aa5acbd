#include "case.h"

/* Of several reasons to refuse, the kernel says the first that it comes to. */
static void refused(void) {
  SHOW(open("f", O_RDONLY | O_TRUNC | O_NOFOLLOW));
  SHOW(open("f", O_RDONLY | O_NOATIME | O_NOFOLLOW));
  SHOW(open("f", O_RDONLY | O_TRUNC | O_NOFOLLOW | O_NOATIME));
  SHOW(open("f", O_RDONLY | O_TRUNC | O_NOATIME));
  SHOW(open("theirs", O_RDONLY | O_TRUNC | O_NOFOLLOW | O_NOATIME));
  SHOW(open("d", O_RDONLY | O_TRUNC | O_NOFOLLOW | O_NOATIME));
  show_contents("f");
  /* the rules for sticky directories come before the link is seen to be one */
  SHOW(open("s/link", O_WRONLY | O_CREAT | O_NOFOLLOW, 0644));
  SHOW(open("s/link", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644));
  SHOW(open("s/link", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644));
  SHOW(open("s/link", O_WRONLY | O_NOFOLLOW));
}

static void empty_it(int flags) {
  put("f", "full");
  int fd = MUST(open("f", flags | O_NOFOLLOW | O_TRUNC));
  show_descriptor("emptied", fd);
  show_contents("f");
  MUST(close(fd));
}

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  put("d/f", "inner");
  MUST(symlink("f", "link"));
  MUST(symlink("d", "dlink"));
  MUST(symlink("missing", "dangling"));
  SHOW(open("f", O_RDONLY | O_NOFOLLOW));
  SHOW(open("link", O_RDONLY | O_NOFOLLOW));
  SHOW(open("dangling", O_RDONLY | O_NOFOLLOW));
  SHOW(open("link", O_WRONLY | O_CREAT | O_NOFOLLOW, 0644));
  SHOW(open("dlink/f", O_RDONLY | O_NOFOLLOW));
  SHOW(open("dlink", O_RDONLY | O_NOFOLLOW));
  SHOW(open("dlink/", O_RDONLY | O_NOFOLLOW));
  empty_it(O_RDONLY);
  empty_it(O_WRONLY | O_APPEND);
  empty_it(O_RDWR | O_NOATIME);
  put("f", "full");
  put("theirs", "full");
  MUST(chmod("theirs", 0666));
  MUST(mkdir("s", 0755));
  MUST(symlink("../f", "s/link"));
  MUST(chmod("s", 01777));
  if (geteuid() == 0) {
    MUST(chown("s", 1002, 1002));
    as_other(refused);
  }
  return 0;
}
