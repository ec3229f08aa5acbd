#include "case.h"

int main(void) {
  put("f", "x");
  raise(SIGUSR2);
  return 0;
}
