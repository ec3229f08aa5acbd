// What the kernel says of a file on the mirror, made what the tree says of it: without asking the agent, for whatever
// is in the table behind the region's page.
#ifndef DCP_TABLE_IDENTITY_H
#define DCP_TABLE_IDENTITY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "../link/ask.h"

enum dcp_seen { DCP_SEEN, DCP_SEEN_FOREIGN, DCP_SEEN_MUST_ASK, DCP_SEEN_FAILED };

// Asks the kernel, with FLAGS as statx takes them. DCP_SEEN: INTO is filled in. DCP_SEEN_FOREIGN: the file is not in
// the tree, and SEEN is all there is to know. DCP_SEEN_MUST_ASK: only the agent can tell. DCP_SEEN_FAILED with the
// kernel's errno, which is the tree's. Any thread, also in a signal handler; errno is kept but for that.
enum dcp_seen dcp_see(int dirfd, const char *path, int flags, struct statx *seen, struct dcp_attributes *into);

#endif
