// Waiting for a platform that is starting or going down.
#ifndef DCP_SPAWNER_AWAIT_H
#define DCP_SPAWNER_AWAIT_H

#include "../run/home.h"

enum dcp_awaited {
  DCP_AWAITED_READY,
  DCP_AWAITED_FAILED,  // with a reason
  DCP_AWAITED_GONE,    // somebody else's platform ended before it was ready: start one of one's own
};

// Waits until the platform is ready, at most 30 s. REPORT is the pipe of the platform that this process started, -1 if
// another did. CALLER, if not NULL, names a progress line, shown when it takes long and stderr is a terminal.
enum dcp_awaited dcp_await_ready(const struct dcp_home *home, int report, const char *caller);

// Waits until guardian and supervisor are gone. Reason: they were not within `seconds`.
int dcp_await_gone(const struct dcp_home *home, int seconds);

#endif
