// Lines for people, see complain.h. Rules as in ask.c: one writev, no allocation.
#include "complain.h"

#include <string.h>
#include <unistd.h>

#include "../table/place.h"
#include "cause.h"
#include "kernel.h"

#define PARTS 12

struct line {
  struct iovec parts[PARTS];
  int count;
};

static void add_bytes(struct line *line, const char *text, size_t length) {
  if (line->count < PARTS) {
    line->parts[line->count++] = (struct iovec){(void *)(uintptr_t)text, length};
  }
}

static void add(struct line *line, const char *text) { add_bytes(line, text, strlen(text)); }

static const char *decimal(uint32_t value, char digits[12]) {
  char *at = digits + 11;
  *at = '\0';
  do {
    *--at = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  return at;
}

static void print(struct line *line) {
  add(line, "\n");
  dcp_kernel(SYS_writev, STDERR_FILENO, line->parts, line->count);
}

static bool first_time(void) {
  static uint32_t said;
  uint32_t not_yet = 0;
  return __atomic_compare_exchange_n(&said, &not_yet, 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void dcp_complain_unanswered(const struct dcp_request *request) {
  struct line line = {.count = 0};
  add(&line, "dcp: agent does not answer: ");
  add(&line, dcp_wire_operation_name(request->operation));
  if (request->path != NULL) {
    add(&line, " ");
    add(&line, request->path);
  }
  print(&line);
}

void dcp_complain_refused(const struct dcp_wire_message *refusal) {
  if (!first_time()) {
    return;
  }
  struct line line = {.count = 0};
  char ours[12], agents[12];
  if (refusal->cause == io_dcp_ipc_wire_cause_WIRE_VERSION) {
    add(&line, "dcp: this program's libdcp.so is of another build than the agent: wire version ");
    add(&line, decimal(dcp_wire_version(), ours));
    add(&line, ", the agent's is ");
    add(&line, decimal(refusal->agent_version, agents));
  } else {
    add(&line, "dcp: the agent refuses this program: ");
    if (refusal->text_length > 0) {
      add_bytes(&line, refusal->text, refusal->text_length);
    } else {
      add(&line, "cause ");
      add(&line, decimal(refusal->cause, agents));
    }
  }
  print(&line);
}

void dcp_complain_unknown(const struct dcp_wire_message *message) {
  if (!first_time()) {
    return;
  }
  struct line line = {.count = 0};
  char ours[12], agents[12];
  add(&line, "dcp: the agent is of another build than this program's libdcp.so: it speaks wire version ");
  add(&line, decimal(message->agent_version, agents));
  add(&line, ", the library ");
  add(&line, decimal(dcp_wire_version(), ours));
  print(&line);
}

void dcp_complain_unreachable(void) {
  if (!first_time()) {
    return;
  }
  struct line line = {.count = 0};
  add(&line, "dcp: the agent's sockets cannot be reached: permission denied: ");
  add(&line, dcp_run_directory());
  print(&line);
}
