// What programs reach the agent through and what outlives an agent: the listening sockets and the region.
#ifndef DCP_SPAWNER_ENDPOINTS_H
#define DCP_SPAWNER_ENDPOINTS_H

#include "place.h"

enum { DCP_AGENT_THREADS_MAX = 16 };

struct dcp_endpoints {
  unsigned count;                      // agent threads: one for each CPU, at most DCP_AGENT_THREADS_MAX
  int sockets[DCP_AGENT_THREADS_MAX];  // listening, close-on-exec, numbers from 64
};

// Makes the sockets in the run directory, mode 0666: who asks is known by its credentials. Reason: cannot.
int dcp_endpoints_open(const struct dcp_home *home, struct dcp_endpoints *endpoints);

// Makes the region, or writes its header anew and keeps the file, which programs of an earlier start may have mapped.
// Until the agent knows better the tree is cold. Reason: disk full.
int dcp_region_make(const struct dcp_home *home, const struct dcp_place *place, unsigned agent_threads);

// Removes the sockets' names.
void dcp_endpoints_remove(const struct dcp_home *home, const struct dcp_endpoints *endpoints);

#endif
