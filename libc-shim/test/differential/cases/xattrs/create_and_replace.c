#include "case.h"

int main(void) {
  put("f", "x");
  SHOW(setxattr("f", "user.a", "1", 1, XATTR_REPLACE));
  SHOW(setxattr("f", "user.a", "1", 1, XATTR_CREATE));
  SHOW(setxattr("f", "user.a", "2", 1, XATTR_CREATE));
  SHOW(setxattr("f", "user.a", "3", 1, XATTR_REPLACE));
  SHOW(setxattr("f", "user.a", "4", 1, XATTR_CREATE | XATTR_REPLACE));
  SHOW(setxattr("f", "user.a", "4", 1, 8));
  char value[4] = {0};
  SHOW(getxattr("f", "user.a", value, 4));
  puts(value);
  int fd = MUST(open("f", O_RDWR));
  SHOW(fsetxattr(fd, "user.a", "5", 1, XATTR_CREATE));
  SHOW(fsetxattr(fd, "user.b", "5", 1, XATTR_REPLACE));
  SHOW(fsetxattr(fd, "user.b", "5", 1, XATTR_CREATE));
  SHOW(listxattr("f", NULL, 0));
  return 0;
}
