#include "check.h"

#include <stdlib.h>

int check_failures;
static int failed_tests;

void check_that(bool holds, const char *condition, const char *file, int line) {
  if (!holds) {
    check_failures++;
    printf("  %s:%d: does not hold: %s\n", file, line, condition);
  }
}

void check_equal(long got, long wanted, const char *what, const char *file, int line) {
  if (got != wanted) {
    check_failures++;
    printf("  %s:%d: %s is %ld, not %ld\n", file, line, what, got, wanted);
  }
}

void check_run(const char *name, void (*test)(void)) {
  check_failures = 0;
  test();
  failed_tests += check_failures != 0;
  printf("%s - %s\n", check_failures == 0 ? "ok" : "not ok", name);
  fflush(stdout);
}

int check_result(void) { return failed_tests == 0 ? EXIT_SUCCESS : EXIT_FAILURE; }
