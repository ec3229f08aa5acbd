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

// Lets another thread run first: the agent's, which has been sent something on this CPU. True if the answer is worth a
// look before sleeping. Who sleeps is woken on an idle CPU, which takes longer than most calls do; who yields is still
// where it was. But among threads that want the CPU for themselves the turn comes back late: it is left for a while.
bool dcp_patience_yield(void);

// Never again: a filter of the program's may not know the system calls that it takes.
void dcp_patience_yields_no_more(void);

// Waits for EVENTS on FD (-1: for nothing) at most PAUSE_MS (-1: to the end). False: the bound is reached.
// True also early, after a signal: look again.
bool dcp_patience_wait(struct dcp_patience *patience, int fd, short events, int pause_ms);

uint32_t dcp_patience_left_ms(const struct dcp_patience *patience);

#endif
