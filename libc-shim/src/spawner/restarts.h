// How soon something that died is started again: at once, but no more than DCP_RESTARTS_AT_ONCE times within
// DCP_RESTARTS_WITHIN_MS; beyond that every DCP_RESTARTS_PAUSE_MS.
#ifndef DCP_SPAWNER_RESTARTS_H
#define DCP_SPAWNER_RESTARTS_H

#include <stdint.h>
#include <time.h>

enum { DCP_RESTARTS_AT_ONCE = 5, DCP_RESTARTS_WITHIN_MS = 10000, DCP_RESTARTS_PAUSE_MS = 5000 };

struct dcp_restarts {
  int64_t death_ms[DCP_RESTARTS_AT_ONCE];  // the last deaths, a ring; 0: none yet
  unsigned next;
};

// Monotonic.
static inline int64_t dcp_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Records a death at `now_ms` and returns how long to wait with the next start, 0 for not at all.
static inline int dcp_restarts_delay_ms(struct dcp_restarts *restarts, int64_t now_ms) {
  restarts->death_ms[restarts->next] = now_ms;
  restarts->next = (restarts->next + 1) % DCP_RESTARTS_AT_ONCE;
  int64_t oldest = restarts->death_ms[restarts->next];
  return oldest != 0 && now_ms - oldest < DCP_RESTARTS_WITHIN_MS ? DCP_RESTARTS_PAUSE_MS : 0;
}

#endif
