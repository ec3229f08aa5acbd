// The little that a test program needs: named tests, one line each, and a failing exit status.
#ifndef DCP_TEST_CHECK_H
#define DCP_TEST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

extern int check_failures;

// In a test: if CONDITION does not hold, says so and goes on.
#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(got, wanted) check_equal((long)(got), (long)(wanted), #got, __FILE__, __LINE__)

void check_that(bool holds, const char *condition, const char *file, int line);
void check_equal(long got, long wanted, const char *what, const char *file, int line);

// Runs one test and prints its line.
#define RUN(test) check_run(#test, test)
void check_run(const char *name, void (*test)(void));

// The exit status of the program.
int check_result(void);

#endif
