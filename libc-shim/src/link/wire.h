// Messages of the wire, between the schema's codecs and the socket.
#ifndef DCP_LINK_WIRE_H
#define DCP_LINK_WIRE_H

#include <stdint.h>
#include <sys/uio.h>

#include "ask.h"

#define DCP_WIRE_HELLO_BYTES 24
#define DCP_WIRE_CALL_PARTS 7
#define DCP_WIRE_PAYLOAD_MAX 73728  // the schema's bound on `bytes`

// A FileCall ready for sendmsg: the fixed block, then length and bytes of path, path2 and payload, which stay where
// they are.
struct dcp_wire_call {
  char fixed[108];
  uint32_t lengths[3];
  struct iovec parts[DCP_WIRE_CALL_PARTS];
};

// The head of a message from the agent: all of a Reply but its payload, or a Refusal with the begin of its text.
struct dcp_wire_head {
  char bytes[8 + 151 + 4];
};

enum dcp_wire_kind { DCP_WIRE_REPLY, DCP_WIRE_REFUSAL, DCP_WIRE_UNKNOWN };

enum { DCP_WIRE_PASSED_AHEAD = 2 };  // carries_descriptor: the reply itself follows

struct dcp_wire_message {
  enum dcp_wire_kind kind;
  uint64_t request_id;         // of a reply
  uint8_t carries_descriptor;  // of a reply, as in the schema
  uint16_t cause;              // of a refusal
  uint32_t agent_version;      // of a refusal, or of a message that is unknown
  const char *text;            // of a refusal, in the head
  size_t text_length;
};

void dcp_wire_hello(char into[DCP_WIRE_HELLO_BYTES], uint64_t session, uint32_t thread);

void dcp_wire_encode(struct dcp_wire_call *into, const struct dcp_request *request, uint64_t request_id,
                     uint32_t deadline_ms, uint16_t umask);

// Reads a message of RECEIVED bytes of which the first are in HEAD. A reply fills ANSWER but for its payload's bytes.
void dcp_wire_decode(const struct dcp_wire_head *head, size_t received, struct dcp_wire_message *message,
                     struct dcp_answer *answer);

// "open" and so on, for messages to people.
const char *dcp_wire_operation_name(uint16_t operation);

uint32_t dcp_wire_version(void);

#endif
