#include "case.h"

int main(void) {
  put("input", "for the child\n");
  TRUTH(freopen("input", "r", stdin) == stdin);
  SHOW(fileno(stdin));
  SHOW(system("cat; readlink /proc/self/fd/0 | sed 's|.*/||'"));
  return 0;
}
