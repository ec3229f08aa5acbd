#include "case.h"

static void list(const char *path) {
  char names[1024];
  ssize_t length = listxattr(path, names, sizeof names);
  char *sorted[32];
  int count = 0;
  for (char *at = names; length > 0 && at < names + length; at += strlen(at) + 1) sorted[count++] = at;
  qsort(sorted, count, sizeof *sorted, by_text);
  printf("%s has %zd bytes of names:", path, length);
  for (int i = 0; i < count; i++) printf(" %s", sorted[i]);
  puts("");
}

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  MUST(symlink("f", "l"));
  char value[64] = {0};
  list("f");
  SHOW(setxattr("f", "user.a", "one", 3, 0));
  SHOW(setxattr("f", "user.b", "", 0, 0));
  SHOW(setxattr("f", "user.bytes", "\0\1\xff", 3, 0));
  SHOW(getxattr("f", "user.a", value, sizeof value));
  puts(value);
  SHOW(getxattr("f", "user.b", value, sizeof value));
  SHOW(getxattr("f", "user.bytes", value, sizeof value));
  TRUTH(memcmp(value, "\0\1\xff", 3) == 0);
  list("f");
  SHOW(setxattr("l", "user.through", "link", 4, 0));
  list("f");
  list("l");
  SHOW(lsetxattr("l", "user.self", "x", 1, 0));
  SHOW(llistxattr("l", value, sizeof value));
  SHOW(lgetxattr("l", "user.through", value, sizeof value));
  SHOW(setxattr("d", "user.dir", "dir", 3, 0));
  list("d");
  int fd = MUST(open("f", O_RDONLY));
  SHOW(fsetxattr(fd, "user.fd", "by fd", 5, 0));
  SHOW(fgetxattr(fd, "user.fd", value, sizeof value));
  SHOW(fremovexattr(fd, "user.b"));
  SHOW(flistxattr(fd, NULL, 0));
  SHOW(removexattr("l", "user.bytes"));
  SHOW(lremovexattr("f", "user.fd"));
  list("f");
  SHOW(removexattr("f", "user.missing"));
  SHOW(setxattr("f", "user.a", "replaced", 8, 0));
  SHOW(getxattr("f", "user.a", value, sizeof value));
  MUST(rename("f", "g"));
  MUST(link("g", "h"));
  list("g");
  list("h");
  return 0;
}
