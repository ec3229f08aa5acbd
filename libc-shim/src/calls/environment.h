/* The environment that keeps the shim in every program that an exec starts. */
#ifndef DCP_CALLS_ENVIRONMENT_H
#define DCP_CALLS_ENVIRONMENT_H

#include <stddef.h>

/*
 * Remembers DCP_RUN, DCP_ROOT and DCP_HOME of this process, and takes out of environ what is there only because an exec
 * added it to an environment that the caller had cleared. Later calls change nothing.
 */
void dcp_environment_attach(void);

/*
 * How many bytes dcp_environment_build needs to bring envp (NULL: empty) into order; 0: envp is in order as it is.
 * In order: LD_PRELOAD names the shim last, behind whatever the program put there; DCP_RUN, DCP_ROOT and DCP_HOME are
 * set (a value that the program gave stays); ASAN_OPTIONS says verify_asan_link_order=0; DCP_ADDED says which of these
 * were not there at all.
 */
size_t dcp_environment_room(char *const envp[]);

/* Builds it in room, which has the size that dcp_environment_room told for the same envp. Strings of envp are shared.
 */
char **dcp_environment_build(char *const envp[], void *room);

/* The value of NAME in envp (NULL: empty), or NULL. */
const char *dcp_environment_value(char *const envp[], const char *name);

#endif
