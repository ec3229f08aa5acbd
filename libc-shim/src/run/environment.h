// The environment of a program of the platform.
#ifndef DCP_RUN_ENVIRONMENT_H
#define DCP_RUN_ENVIRONMENT_H

#include "home.h"
#include "options.h"

// Changes this process's environment: the caller's --env settings; LD_PRELOAD (the user's own first, our shim last,
// that of another platform removed); DCP_RUN, DCP_ROOT, DCP_HOME; ASAN_OPTIONS so that programs linked with ASan accept
// a preload. `run` is the run directory as the program sees it. Reason: out of memory.
int dcp_environment_set(const struct dcp_options *options, const struct dcp_home *home,
                        const struct dcp_platform *platform, const char *run);

#endif
