// Becoming the program.
#ifndef DCP_RUN_LAUNCH_H
#define DCP_RUN_LAUNCH_H

#include "ready.h"

// Executes argv[0] in place, found by PATH as execvp(3) and env(1) do it, with this process's environment; makes what
// is in the tree ready first. Returns only on failure: DCP_EXIT_NOT_FOUND, DCP_EXIT_NOT_EXECUTABLE or
// DCP_EXIT_PLATFORM, with a reason.
int dcp_launch(const struct dcp_tree *tree, char **argv);

#endif
