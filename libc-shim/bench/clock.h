// Time for the benchmarks, and their statistics.
#ifndef DCP_BENCH_CLOCK_H
#define DCP_BENCH_CLOCK_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline int by_size(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

// Sorts the samples; FRACTION 0.5 is the median.
static inline int64_t quantile(int64_t *samples, size_t count, double fraction) {
  qsort(samples, count, sizeof *samples, by_size);
  size_t at = (size_t)((double)count * fraction);
  return samples[at < count ? at : count - 1];
}

#endif
