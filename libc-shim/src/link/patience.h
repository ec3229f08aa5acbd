// How long one call waits for the agent.
#ifndef DCP_LINK_PATIENCE_H
#define DCP_LINK_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

// The bound, DCP_CALL_WAIT_MS of the environment, 30,000 if unset.
extern uint32_t dcp_call_wait_ms;

// All zero but for the mask: a call that has not waited yet. Time is looked at only when it has.
struct dcp_patience {
  uint64_t mask;         // the program's signal mask, in force while waiting here
  uint64_t deadline_ns;  // by the kernel's monotonic clock; 0: not strained yet
};

// True once the call has waited: from then on it waits only here, under the program's mask.
bool dcp_patience_is_strained(const struct dcp_patience *patience);

// Waits for EVENTS on FD (-1: for nothing) at most PAUSE_MS (-1: to the end). False: the bound is reached.
// True also early, after a signal: look again.
bool dcp_patience_wait(struct dcp_patience *patience, int fd, short events, int pause_ms);

uint32_t dcp_patience_left_ms(const struct dcp_patience *patience);

#endif
