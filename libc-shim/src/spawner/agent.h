// The agent's process: the JVM that serves one instance.
#ifndef DCP_SPAWNER_AGENT_H
#define DCP_SPAWNER_AGENT_H

#include "endpoints.h"

// How the agent ends of its own will.
enum {
  DCP_AGENT_ASKED_DOWN = 0,
  DCP_AGENT_REFUSED = 3,  // a restart cannot mend it; the reason is in run/failure
};

// The command line, made once so that each start is only fork and exec.
struct dcp_agent_command {
  char **argv;
};

// Finds java (DCP_JAVA, JAVA_HOME, PATH) and the classes (oss-service/target of the installation that this executable
// is in) and makes the command line, with the class archive if there is one. DCP_AGENT_COMMAND, a shell command,
// replaces it all: for development. DCP_JAVA_OPTIONS are added before the others, and an archive of classes that they
// name takes the place of ours; DCP_AGENT_HEAP is -Xmx, default 256m.
// Reason: no java, not built.
int dcp_agent_command_make(const struct dcp_home *home, struct dcp_agent_command *command);

// Sets this process's environment to what the agent gets: that of whoever started the platform, without what would get
// into a JVM unasked (preloads, library paths, JAVA_TOOL_OPTIONS), and with the contract's DCP_ names.
void dcp_agent_environment(const struct dcp_home *home, const struct dcp_place *place, unsigned listen_count);

// Starts the agent as a child that dies with this process; the listening sockets are its descriptors 3 and up. AGAIN:
// one of this platform has served before; it is told by DCP_RESTARTED=1, and starts then also when the object store is
// away. Returns its pid; -1 with a reason.
pid_t dcp_agent_start(const struct dcp_agent_command *command, const struct dcp_endpoints *endpoints, bool again);

// When a process started, in clock ticks since boot; 0 if there is none. With its pid this names a process for ever.
unsigned long long dcp_process_start(pid_t pid);

#endif
