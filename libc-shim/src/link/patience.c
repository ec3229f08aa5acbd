// Waiting, by the kernel's own clock: libfaketime must not bend it. Rules as in ask.c.
#include "patience.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "connection.h"
#include "kernel.h"

#define LATE_NS 200000  // a turn that comes back so late cost more than being woken
#define CALLS_WITHOUT 1000
#define FOR_GOOD UINT32_MAX

uint32_t dcp_call_wait_ms = 30000;

static uint32_t without;  // so many more calls sleep at once

__attribute__((constructor)) static void read_bound(void) {
  const char *text = getenv("DCP_CALL_WAIT_MS");
  uint32_t bound = 0;
  for (; text != NULL && *text >= '0' && *text <= '9' && bound < 100 * 1000 * 1000; text++) {
    bound = bound * 10 + (uint32_t)(*text - '0');
  }
  if (bound > 0 && *text == '\0') {
    dcp_call_wait_ms = bound;
  }
}

static uint64_t now_ns(void) {
  struct timespec now = {0, 0};
  dcp_kernel(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool dcp_patience_is_strained(const struct dcp_patience *patience) { return patience->deadline_ns != 0; }

uint32_t dcp_patience_left_ms(const struct dcp_patience *patience) {
  if (patience->deadline_ns == 0) {
    return dcp_call_wait_ms;
  }
  uint64_t now = now_ns();
  return now >= patience->deadline_ns ? 0 : (uint32_t)((patience->deadline_ns - now) / 1000000);
}

bool dcp_patience_yield(void) {
  uint32_t left = __atomic_load_n(&without, __ATOMIC_RELAXED);
  if (left > 0) {
    if (left != FOR_GOOD) {
      __atomic_compare_exchange_n(&without, &left, left - 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
    return false;
  }
  uint64_t before = now_ns();
  dcp_kernel(SYS_sched_yield);
  if (now_ns() - before > LATE_NS) {
    __atomic_compare_exchange_n(&without, &left, CALLS_WITHOUT, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  }
  return true;
}

void dcp_patience_yields_no_more(void) { __atomic_store_n(&without, FOR_GOOD, __ATOMIC_RELAXED); }

bool dcp_patience_wait(struct dcp_patience *patience, int fd, short events, int pause_ms) {
  uint64_t now = now_ns();
  if (patience->deadline_ns == 0) {
    // The first wait comes after one that the socket bounded, or after a hang-up.
    patience->deadline_ns = now + dcp_call_wait_ms * 1000000ULL;
  }
  if (now >= patience->deadline_ns) {
    return false;
  }
  uint64_t left = patience->deadline_ns - now;
  if (pause_ms >= 0 && left > (uint64_t)pause_ms * 1000000) {
    left = (uint64_t)pause_ms * 1000000;
  }
  struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000), .tv_nsec = (long)(left % 1000000000)};
  struct pollfd polled = {.fd = fd, .events = events};
  dcp_kernel(SYS_ppoll, &polled, fd < 0 ? 0 : 1, &timeout, &patience->mask, sizeof patience->mask);
  return true;
}
