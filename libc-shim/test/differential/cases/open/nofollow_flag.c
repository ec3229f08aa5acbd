#include "case.h"

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
  return 0;
}
