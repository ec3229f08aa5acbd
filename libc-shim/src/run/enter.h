// Going to where a platform's programs live: its mount namespace, and a working directory in it.
#ifndef DCP_RUN_ENTER_H
#define DCP_RUN_ENTER_H

#include "home.h"

// Enters the mount namespace of the supervisor, if that is another one, and returns to the working directory by its
// path (so that a caller who stands in the host's empty DCP_ROOT finds itself in the tree). *run is set to the run
// directory as programs see it. Reason: not permitted, the supervisor is gone.
// errno ESRCH: the supervisor has just been restarted, reading its pid anew and asking again may help.
int dcp_enter(const struct dcp_home *home, const struct dcp_platform *platform, const char **run);

#endif
