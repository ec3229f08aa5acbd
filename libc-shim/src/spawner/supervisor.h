// The two processes that keep a platform alive on its instance, each watching the other.
//
//   guardian ──starts, restarts──▶ supervisor ──starts, restarts──▶ agent (JVM)
//            ◀──replaces if dead──
//
// Both hold the lock, the listening sockets and the mount namespace, so that killing any one of the three loses none of
// them: programs that call wait in the sockets' backlog until an agent accepts.
#ifndef DCP_SPAWNER_SUPERVISOR_H
#define DCP_SPAWNER_SUPERVISOR_H

#include <stdatomic.h>

#include "agent.h"
#include "endpoints.h"

// What guardian and supervisor must both know, in memory that they share.
struct dcp_ledger {
  atomic_bool ending;              // the platform goes down: nobody is restarted any more
  atomic_bool served;              // an agent was ready once
  atomic_int agent;                // pid, 0 if none
  atomic_ullong agent_start_tick;  // names it together with its pid
};

struct dcp_instance {
  struct dcp_home home;
  struct dcp_place place;
  struct dcp_endpoints endpoints;
  struct dcp_agent_command command;
  struct dcp_ledger *ledger;
  int report;  // a pipe to whoever waits for the start: one line if it fails
};

// The guardian's life, in a process that has its own session, holds the lock, and has placed tree and endpoints. Starts
// a supervisor. Does not return.
_Noreturn void dcp_guard(struct dcp_instance *instance);

// Tells why the platform does not come up: to the pipe and in run/failure.
void dcp_report_failure(const struct dcp_instance *instance, const char *reason);

#endif
