// What belongs to one process: a page that a fork child finds empty (MADV_WIPEONFORK), so that it never takes its
// parent's connections for its own. A vfork child shares the page, as it shares all memory: it may use the connections
// (the kernel tells the agent who sent a packet), but must leave no trace of itself there.
#ifndef DCP_LINK_PROCESS_H
#define DCP_LINK_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#define DCP_AGENT_THREADS_MAX 16
#define DCP_CONNECTIONS_PER_THREAD 4

// One connection. All zero is a connection that was never made.
struct dcp_connection {
  uint32_t busy;          // 1: some call uses it
  uint32_t made;          // 1: descriptor is connected
  int32_t descriptor;     // private to the shim
  uint32_t agent_thread;  // which agent-<k>.sock
  uint64_t inode;         // of the socket: proves that the descriptor is still ours
  uint64_t session;       // 0: not chosen yet
  uint64_t last_request;
};

struct dcp_process {
  int32_t pid;     // 0: a fork child that has not introduced itself
  uint32_t swept;  // 1: connections inherited from the parent are closed
  struct dcp_connection connections[DCP_AGENT_THREADS_MAX][DCP_CONNECTIONS_PER_THREAD];
};

// The page, made at the first call; NULL if the kernel has no memory.
struct dcp_process *dcp_process(void);

// Writes down that the page is the calling process's: at attach, and in a fork child.
void dcp_process_begin(void);

// True if the page is the calling process's: false in a vfork child.
bool dcp_process_is_own(void);

#endif
