// The connections of one process to its agent.
#ifndef DCP_LINK_CONNECTION_H
#define DCP_LINK_CONNECTION_H

#include "process.h"

#define DCP_SOCKET_PATIENCE_MS 100  // how long one blocking send, receive or connect lasts at most

// A connection for one call, the caller's alone until released: one to the agent's thread of this CPU if possible;
// SPARE, zeroed by the caller, if all are busy. A vfork child (IS_OWN false, see dcp_process_is_own) gets one that its
// parent has made and it has inherited, or SPARE.
struct dcp_connection *dcp_connection_take(struct dcp_connection *spare, bool is_own);

// The program is about to put a filter on its system calls: has one connection made, if none is there and it can be.
void dcp_link_make_ready(void);

// The program has put a filter on its system calls: from now on calls go by connections that are there, also if they
// are to the agent's thread of another CPU, as long as one is free.
void dcp_link_settle(void);

// *CONNECTION could not be made: another one in its place that is there and free. False if there is none.
bool dcp_connection_instead(struct dcp_connection **connection, const struct dcp_connection *spare, bool is_own);

// Connects and says hello, if that is not done yet or the descriptor is no longer ours. 0 or negative errno.
int dcp_connection_make(struct dcp_connection *connection);

// Closes; the session lives on and the next make connects again.
void dcp_connection_break(struct dcp_connection *connection);

// Gives a taken connection back; a spare one is closed.
void dcp_connection_release(struct dcp_connection *connection, const struct dcp_connection *spare);

#endif
