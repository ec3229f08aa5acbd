// The lines that the library prints on stderr: only when it cannot go on, one line each, starting with "dcp: ".
#ifndef DCP_LINK_COMPLAIN_H
#define DCP_LINK_COMPLAIN_H

#include "ask.h"
#include "wire.h"

void dcp_complain_unanswered(const struct dcp_request *request);

// These three once in a process: they would be the same for every call.
void dcp_complain_refused(const struct dcp_wire_message *refusal);
void dcp_complain_unknown(const struct dcp_wire_message *message);
void dcp_complain_unreachable(void);

#endif
