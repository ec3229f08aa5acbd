// Proves that the sanitizers of the unit tests fire: each argument must end in a report, or the tests say nothing.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  const char *wanted = argc > 1 ? argv[1] : "";
  if (strcmp(wanted, "address") == 0) {
    char *volatile freed = malloc(8);
    free(freed);
    return freed[argc];
  }
  if (strcmp(wanted, "undefined") == 0) {
    volatile int most = INT_MAX;
    most = most + argc;
    return 0;
  }
  fprintf(stderr, "usage: canary address|undefined\n");
  return 2;
}
