// File actions as the shim remembers them, beside libc's own record, which has no documented form.
#ifndef DCP_CALLS_SPAWN_ACTIONS_H
#define DCP_CALLS_SPAWN_ACTIONS_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spawn_action {
  enum { ACTION_OPEN, ACTION_CLOSE, ACTION_DUP2, ACTION_CHDIR, ACTION_FCHDIR, ACTION_CLOSEFROM, ACTION_TCSETPGRP } kind;
  int fd;
  int from;  // of ACTION_DUP2
  int flags;
  mode_t mode;
  char *path;
};

struct spawn_actions {
  size_t count, capacity;
  struct spawn_action *list;
};

// NULL if there are none.
const struct spawn_actions *dcp_spawn_actions_of(const posix_spawn_file_actions_t *actions);

// Do they open, or go to, anything in the tree that libc's own spawn would miss? PATH is what is executed after them.
bool dcp_spawn_actions_touch_tree(const struct spawn_actions *actions, const char *path);

// In the child: 0, or an error number.
int dcp_spawn_actions_perform(const struct spawn_actions *actions);

#endif
