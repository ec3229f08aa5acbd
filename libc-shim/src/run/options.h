// The command line of dcp-run.
#ifndef DCP_RUN_OPTIONS_H
#define DCP_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct dcp_options {
  const char *place;   // home, spread, pack, fastest, cheapest or an instance type; NULL: not given
  const char *budget;  // an amount of money, digits with at most one point; NULL: not given
  const char *cwd;     // NULL: the caller's
  char **settings;     // "K=V" in the order given, in the slots of argv whose options were read
  size_t setting_count;
  char **command;  // argv of the program, ends with NULL
  bool help;
};

extern const char dcp_usage[];

// Reads argv up to the command. Everything is borrowed from argv, which is changed before the command.
// Reason: the first thing that is wrong; then also *show_usage tells whether the usage line helps.
int dcp_options_read(struct dcp_options *options, int argc, char **argv, bool *show_usage);

#endif
