// What ftw, nftw and fts have in common.
#ifndef DCP_CALLS_WALK_TREE_H
#define DCP_CALLS_WALK_TREE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// The entries of a directory, in the order of readdir.
struct names {
  struct dirent **list;
  size_t count, capacity;
};

// Reads what STREAM still holds; "." and ".." only if DOTS. 0, or -1 with errno and nothing to drop.
int dcp_names_read(struct names *names, DIR *stream, bool dots);
void dcp_names_drop(struct names *names);

#endif
