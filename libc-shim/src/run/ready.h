// Making a path of the tree ready on the mirror, for programs that do not have the shim.
#ifndef DCP_RUN_READY_H
#define DCP_RUN_READY_H

#include <stdbool.h>

// What to ask about, from a platform's run directory and tree as programs see them.
struct dcp_tree {
  const char *run;
  const char *root;
  bool cold;  // the mirror may lack names or contents: ask before each native call by path
};

// Reads from the region whether the tree is cold; a region that cannot be read counts as cold.
void dcp_tree_look(struct dcp_tree *tree, const char *run, const char *root);

// Asks the agent to make PATH ready, with PREPARE (the schema's PrepareFlags), if the tree is cold and the path may be
// in it. Waits for a restarting agent up to DCP_CALL_WAIT_MS. 0: ready, or not in the tree. -1: the call's errno; EIO
// or EPROTO with a reason: no answer, another build.
int dcp_tree_ready(const struct dcp_tree *tree, const char *path, unsigned prepare);

#endif
