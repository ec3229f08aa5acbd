// Streams of popen, for fclose: libc lets it end what popen began.
#ifndef DCP_CALLS_SHELL_H
#define DCP_CALLS_SHELL_H

#include <stdbool.h>
#include <stdio.h>

bool dcp_popened(FILE *stream);
int dcp_pclose(FILE *stream);

#endif
