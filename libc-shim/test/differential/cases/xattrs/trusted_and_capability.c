/* needs: root */
#include "case.h"

int main(void) {
  put("f", "x");
  char value[64] = {0};
  SHOW(setxattr("f", "trusted.dcp-test", "secret", 6, 0));
  SHOW(getxattr("f", "trusted.dcp-test", value, sizeof value));
  puts(value);
  MUST(symlink("f", "l"));
  SHOW(lsetxattr("l", "trusted.of-link", "x", 1, 0));
  SHOW(lgetxattr("l", "trusted.of-link", value, sizeof value));
  SHOW(getxattr("f", "trusted.of-link", value, sizeof value));
  const unsigned char capability[20] = {0x01, 0, 0, 2, 0, 4, 0, 0};
  SHOW(setxattr("f", "security.capability", capability, sizeof capability, 0));
  SHOW(getxattr("f", "security.capability", value, sizeof value));
  TRUTH(memcmp(value, capability, 20) == 0);
  SHOW(write(MUST(open("f", O_WRONLY)), "changed", 7));
  SHOW(getxattr("f", "security.capability", value, sizeof value));
  return 0;
}
