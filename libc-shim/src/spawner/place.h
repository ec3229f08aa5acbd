// Where the tree is seen, and where its mirror is.
//
// With the right to (root): a mount namespace of the platform's own, in which the mirror DCP_HOME/mirror is bound on
// DCP_ROOT and the run directory on /run/dcp; mounts that the host makes later still appear in it. A namespace in which
// programs of an earlier platform of this home live is used again. Without the right: the mirror is the directory
// DCP_ROOT itself, which then belongs to one DCP_HOME and carries its path as a user attribute.
#ifndef DCP_SPAWNER_PLACE_H
#define DCP_SPAWNER_PLACE_H

#include "../run/home.h"

struct dcp_place {
  bool has_namespace;
  char root[PATH_MAX];    // DCP_ROOT, absolute, resolved
  char mirror[PATH_MAX];  // the mirror's directory, also reachable in the namespace
};

// Moves this process, which must have one thread, to its own mount namespace, and puts the tree there. Reason: DCP_ROOT
// cannot be made, is not empty or another home's, overlaps DCP_HOME; the mirror of this home is elsewhere.
int dcp_place_tree(const struct dcp_home *home, struct dcp_place *place);

#endif
