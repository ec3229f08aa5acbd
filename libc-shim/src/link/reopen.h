// A file that a child with room was given, opened by the program itself: that takes one number, where receiving a
// descriptor takes one more for the connection.
#ifndef DCP_LINK_REOPEN_H
#define DCP_LINK_REOPEN_H

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>

struct dcp_reached {
  char path[PATH_MAX];  // empty: none
  struct stat file;
};

// Notes which file DESCRIPTOR is.
void dcp_reach(struct dcp_reached *reached, int descriptor);

// A descriptor of that very file, or -EMFILE. Makes and empties nothing, whatever FLAGS say.
int dcp_reopen(const struct dcp_reached *reached, uint32_t flags);

#endif
