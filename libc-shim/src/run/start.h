// Starting the platform from a program that needs it.
#ifndef DCP_RUN_START_H
#define DCP_RUN_START_H

// Runs dcp-spawner, which stands beside this executable, and waits until the platform is ready. It says itself, under
// the name CALLER, what goes wrong. 0, or -1: the reason was told already, or is remembered if it could not even run.
int dcp_start_platform(const char *caller);

#endif
