// DCP_HOME on disk: made, checked, locked.
//
//   DCP_HOME/           0711; secrets in it are 0600
//     run/              0755; what programs meet the platform through, see ../run/home.h
//       libdcp.so         the shim, a copy, so that a new build does not change it under running programs
//       agent-<k>.sock    one listening socket for each agent thread
//       region            the page that agent and programs share, see ../table/region.h
//       guardian.pid supervisor.pid agent.pid
//       ready             made by the agent when it serves
//       failure           one line: why the last start failed
//     mirror/           the mirror, if the platform has a mount namespace
//     mirror-at         where the mirror is: "mirror", or the absolute path of a tree without a namespace
//     tmp/              the agent's scratch files, emptied before each of its starts
//     agent.log         what agent and spawner have to say; agent.log.1 the one before
#ifndef DCP_SPAWNER_STATEDIR_H
#define DCP_SPAWNER_STATEDIR_H

#include <sys/types.h>

#include "../run/home.h"

// Makes what is missing of PATH, parents 0755, the last with MODE. 0, or -1 with errno (EEXIST: something else is
// there).
int dcp_make_directories(const char *path, mode_t mode);

// Makes DCP_HOME and its directories. Reason: not writable, somebody else's, writable by others, (nearly) full.
int dcp_statedir_make(const struct dcp_home *home);

// On a full disk: gives up the file that keeps space for the small files of a start. The agent makes it again.
void dcp_statedir_make_room(const struct dcp_home *home);

// Takes the lock: a descriptor, to be held by guardian and supervisor. -1 with errno EAGAIN: another platform of this
// home holds it; else a reason.
int dcp_statedir_lock(const struct dcp_home *home);

// Copies the shim from beside this executable, if it is another one than that in the run directory. Reason: not built.
int dcp_statedir_install_shim(const struct dcp_home *home);

// Writes a file of the run directory in one step. Reason: disk full and the like.
int dcp_run_write(const struct dcp_home *home, const char *name, const char *content);
// Removes it, if it is there.
void dcp_run_remove(const struct dcp_home *home, const char *name);

// Writes a file in one step. 0, or -1 with errno.
int dcp_file_replace(const char *path, mode_t mode, const void *content, size_t length);

// Opens agent.log for appending; beyond 16 MiB it becomes agent.log.1 first. Reason: cannot.
int dcp_statedir_open_log(const struct dcp_home *home);

// Removes the files in tmp/.
void dcp_statedir_sweep(const struct dcp_home *home);

#endif
