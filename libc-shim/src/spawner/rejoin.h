// The mount namespace that a platform's programs still live in when the platform itself has ended.
//
// Programs outlive a platform that was taken down or killed. The next one has to show the tree to them and to new
// programs in one mount: across two, rename and link between a path by working directory and an absolute one give
// EXDEV.
#ifndef DCP_SPAWNER_REJOIN_H
#define DCP_SPAWNER_REJOIN_H

#include "../run/home.h"
#include "place.h"

// Enters the namespace of a process that sees this mirror at DCP_ROOT and this run directory at /run/dcp. The caller
// has one thread. False if there is none; then nothing has changed.
bool dcp_rejoin(const struct dcp_home *home, const struct dcp_place *place);

#endif
