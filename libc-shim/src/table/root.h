// Where the tree is, for the files of src/table.
#ifndef DCP_TABLE_ROOT_H
#define DCP_TABLE_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#define DCP_ROOT_MAX 256

enum dcp_attachment { DCP_NOT_YET, DCP_ATTACHED, DCP_OUTSIDE };

struct dcp_tree_root {
#define DCP_ROOT_MAX 256

  enum dcp_attachment state;
  size_t length;       // of path
  const char *name;    // the last component of path
  size_t name_length;  // at least 1
  char path[DCP_ROOT_MAX];
};

extern struct dcp_tree_root dcp_tree_root;

// True if PATH, absolute, is the root of the tree or below it, read without symlinks and "..".
bool dcp_is_below_root(const char *path);

// True if PATH, absolute, is an ancestor of the root, "/" included.
bool dcp_is_above_root(const char *path);

#endif
