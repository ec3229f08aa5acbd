// posix_spawn, for the other families.
#ifndef DCP_CALLS_SPAWN_H
#define DCP_CALLS_SPAWN_H

#include <spawn.h>

// posix_spawn: 0 or an error number.
int dcp_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

#endif
