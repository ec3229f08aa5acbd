#include "case.h"

int main(void) {
  put("f", "x");
  char name[32], value[32], list[4096];
  int wrong = 0;
  for (int i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "user.attribute%d", i);
    snprintf(value, sizeof value, "value %d", i);
    wrong += setxattr("f", name, value, strlen(value), XATTR_CREATE) != 0;
  }
  SHOW(wrong);
  SHOW(listxattr("f", list, sizeof list));
  for (int i = 0; i < 40; i += 2) {
    snprintf(name, sizeof name, "user.attribute%d", i);
    wrong += removexattr("f", name) != 0;
  }
  for (int i = 0; i < 40; i++) {
    char got[32] = {0};
    snprintf(name, sizeof name, "user.attribute%d", i);
    snprintf(value, sizeof value, "value %d", i);
    ssize_t length = getxattr("f", name, got, sizeof got);
    wrong += i % 2 ? strcmp(got, value) != 0 : length != -1 || errno != ENODATA;
  }
  SHOW(wrong);
  SHOW(listxattr("f", list, sizeof list));
  return 0;
}
