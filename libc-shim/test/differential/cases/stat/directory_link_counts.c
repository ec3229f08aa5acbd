#include "case.h"

static void links(void) { printf("d has %lu links\n", (unsigned long)stat_of("d").st_nlink); }

int main(void) {
  MUST(mkdir("d", 0755));
  links();
  MUST(mkdir("d/a", 0755));
  links();
  MUST(mkdir("d/b", 0755));
  put("d/f", "x");
  MUST(symlink("a", "d/l"));
  links();
  MUST(mkdir("other", 0755));
  MUST(rename("other", "d/c"));
  links();
  MUST(rename("d/a", "away"));
  links();
  MUST(rename("d/b", "d/b2"));
  links();
  MUST(mkdir("d/b2/deep", 0755));
  links();
  MUST(rename("d/c", "d/b2/c"));
  links();
  MUST(mkdir("empty", 0755));
  MUST(rename("empty", "d/b2/deep"));
  links();
  SHOW(stat_of("d/b2").st_nlink);
  int fd = MUST(open("d", O_RDONLY));
  MUST(mkdir("d/late", 0755));
  struct stat st;
  MUST(fstat(fd, &st));
  SHOW(st.st_nlink);
  return 0;
}
