// An agent for tests: a thread that speaks the wire and does what the test says.
#ifndef DCP_TEST_FAKE_AGENT_H
#define DCP_TEST_FAKE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fileCall.h"

// A FileCall as it came, its variable parts ended by NUL.
struct fake_call {
  int connection;
  uint64_t session;  // said by the connection's Hello
  int pid;           // of the packet's sender
  uint64_t request_id;
  uint16_t operation;
  struct io_dcp_ipc_wire_fileCall codec;  // the fixed fields
  char path[4200], path2[4200], payload[80000];
  uint32_t path_length, path2_length, payload_length;
};

struct fake_reply {
  int error;
  bool native;
  int descriptor;  // -1: none; closed after sending
  bool has_attributes;
  uint64_t ino, mirror_inode, nlink;
  uint32_t mode;
  int64_t size_bytes, mirror_ctime_seconds, mirror_ctime_nanos;
  const void *payload;
  size_t payload_length;
  int64_t value;
};

#define FAKE_REPLY ((struct fake_reply){.descriptor = -1})

// What the agent does with a call; runs in its thread.
typedef void (*fake_handler)(const struct fake_call *call);

// Sets up a run directory, a region and a tree in a new directory, and runs the program again attached to them.
// Returns in the second run, with the agent serving and the tree's path.
const char *fake_agent_begin(char **argv);
void fake_agent_end(void);

void fake_agent_handle(fake_handler handler);
void fake_agent_reply(const struct fake_call *call, struct fake_reply reply);
void fake_agent_reply_to(int connection, uint64_t request_id, struct fake_reply reply);
void fake_agent_send(int connection, const void *bytes, size_t length);

// In a handler: this connection is closed, or all of them and the listening socket, when the handler returns.
void fake_agent_hang_up(int connection);
void fake_agent_die(void);
void fake_agent_restart(void);  // from any thread

// The next Hellos are refused with CAUSE, COUNT times.
void fake_agent_refuse(uint16_t cause, int count);

// How many Hellos came so far.
int fake_agent_hellos(void);

struct dcp_region;
struct dcp_region *fake_agent_region(void);
struct dcp_identity;
struct dcp_identity *fake_agent_identities(void);

#endif
