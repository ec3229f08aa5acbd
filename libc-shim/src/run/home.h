// A platform as seen from outside: where its state is, whether it is up, where its tree is.
//
// State is in DCP_HOME (default ~/.dcp). What programs need is in its run directory, which a platform with a mount
// namespace shows to its programs as /run/dcp too, so that they reach it whatever the modes of DCP_HOME's parents.
//
//   DCP_HOME/run/spawner.lock    held (open file description lock) by guardian and supervisor while the platform lives
//   DCP_HOME/run/platform        "home=PATH\nroot=PATH\n", written at start
//   DCP_HOME/run/supervisor.pid  whose mount namespace programs enter
//   DCP_HOME/run/ready           exists while the agent serves
#ifndef DCP_RUN_HOME_H
#define DCP_RUN_HOME_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define DCP_RUN_IN_NAMESPACE "/run/dcp"

struct dcp_home {
  char directory[PATH_MAX];  // DCP_HOME, absolute; resolved where this process may
  char run[PATH_MAX];        // the run directory as this process reaches it
};

struct dcp_platform {
  char root[PATH_MAX];  // where programs see the tree
  pid_t supervisor;     // 0: not known
};

// $HOME, else the password file's. Reason: neither.
int dcp_home_of_user(char into[static PATH_MAX]);

// Finds DCP_HOME and its run directory; makes nothing. In a program of another platform than that of DCP_HOME, forgets
// the DCP_ROOT that it was given there. Reason: no home, path too long.
int dcp_home_find(struct dcp_home *home);

// Does a guardian or supervisor hold the lock?
bool dcp_home_is_held(const struct dcp_home *home);

// Held and the agent serves.
bool dcp_home_is_ready(const struct dcp_home *home);

// Reads run/platform and run/supervisor.pid. Reason: not there, not readable.
int dcp_platform_read(const struct dcp_home *home, struct dcp_platform *platform);

// Joins DIRECTORY/NAME. Reason: longer than PATH_MAX.
int dcp_path_join(char into[static PATH_MAX], const char *directory, const char *name);

// Reads a small file and ends it with NUL. Returns its length, or -1 with errno (EFBIG: it does not fit).
ssize_t dcp_file_read(const char *path, char *into, size_t capacity);

// The directory that holds this executable. Reason: /proc is not there.
int dcp_own_directory(char into[static PATH_MAX]);

#endif
