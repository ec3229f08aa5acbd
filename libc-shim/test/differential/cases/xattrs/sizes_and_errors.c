#include "case.h"

int main(void) {
  put("f", "x");
  static char big[70000];
  memset(big, 'v', sizeof big);
  char value[16], name[300];
  SHOW(setxattr("f", "user.a", "12345", 5, 0));
  SHOW(getxattr("f", "user.a", NULL, 0));
  SHOW(getxattr("f", "user.a", value, 4));
  SHOW(getxattr("f", "user.a", value, 5));
  SHOW(getxattr("f", "user.none", value, 5));
  SHOW(getxattr("missing", "user.a", value, 5));
  SHOW(listxattr("f", NULL, 0));
  SHOW(listxattr("f", value, 2));
  SHOW(setxattr("f", "user.big", big, 2000, 0));
  SHOW(getxattr("f", "user.big", big, sizeof big));
  SHOW(setxattr("f", "user.huge", big, 65537, 0));
  memset(name, 'n', sizeof name);
  memcpy(name, "user.", 5);
  name[255] = '\0';
  SHOW(setxattr("f", name, "x", 1, 0));
  SHOW(getxattr("f", name, value, 16));
  name[255] = 'n';
  name[256] = '\0';
  SHOW(setxattr("f", name, "x", 1, 0));
  SHOW(setxattr("f", "user.", "x", 1, 0));
  SHOW(setxattr("f", "", "x", 1, 0));
  SHOW(setxattr("f", "nonamespace", "x", 1, 0));
  SHOW(setxattr("f", "unknown.x", "x", 1, 0));
  SHOW(getxattr("f", "unknown.x", value, 16));
  SHOW(getxattr("f", "system.posix_acl_access", value, 16));
  SHOW(fgetxattr(99, "user.a", value, 16));
  SHOW(fsetxattr(MUST(open("f", O_PATH)), "user.a", "x", 1, 0));
  MUST(mkfifo("p", 0600));
  SHOW(setxattr("p", "user.a", "x", 1, 0));
  SHOW(removexattr("f", "user.big"));
  SHOW(removexattr("f", "user.big"));
  return 0;
}
