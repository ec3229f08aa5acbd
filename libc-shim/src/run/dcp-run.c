// dcp-run: runs a program on the platform of DCP_HOME, starting the platform if there is none.
//
// Becomes the program by exec, so that status, signals, terminal, descriptors and job control are the kernel's own.
// Linked statically: it starts in a fraction of a millisecond and no preload gets into it, also when a program of
// another platform runs it. Says nothing of its own on success. Exit status: enum in reason.h, else the program's.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enter.h"
#include "environment.h"
#include "launch.h"
#include "options.h"
#include "reason.h"
#include "start.h"

static const char program_name[] = "dcp-run";

// Finds the platform, starts it if need be, and enters it; again from the start while its supervisor is being replaced.
static int join(const struct dcp_home *home, struct dcp_platform *platform, const char **run) {
  enum { ATTEMPTS = 500, PAUSE_MS = 10 };
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (!dcp_home_is_ready(home) && dcp_start_platform(program_name) < 0) return -1;
    if (dcp_platform_read(home, platform) < 0) return -1;
    if (dcp_enter(home, platform, run) == 0) return 0;
    if (errno != ESRCH) return -1;
    poll(NULL, 0, PAUSE_MS);
  }
  return -1;
}

// A caller who names another DCP_ROOT than the platform has would work on the wrong files.
static int check_root(const struct dcp_home *home, const struct dcp_platform *platform) {
  const char *wanted = getenv("DCP_ROOT");
  char resolved[PATH_MAX];
  if (!wanted || !*wanted || strcmp(wanted, platform->root) == 0) return 0;
  if (realpath(wanted, resolved) && strcmp(resolved, platform->root) == 0) return 0;
  return dcp_reason("the platform of %s has its tree at %s, DCP_ROOT says %s", home->directory, platform->root, wanted);
}

static int go_to(const char *directory, const struct dcp_tree *tree) {
  if (dcp_tree_ready(tree, directory, 0) < 0 || chdir(directory) < 0)
    return dcp_reason("--cwd %s: %s", directory, strerror(errno));
  return 0;
}

int main(int argc, char **argv) {
  struct dcp_options options;
  struct dcp_home home;
  struct dcp_platform platform;
  struct dcp_tree tree;
  const char *run;
  bool show_usage;
  if (dcp_options_read(&options, argc, argv, &show_usage) < 0) {
    dcp_reason_tell(program_name);
    if (show_usage && write(STDERR_FILENO, dcp_usage, strlen(dcp_usage)) < 0) return DCP_EXIT_PLATFORM;
    return DCP_EXIT_PLATFORM;
  }
  if (options.help) return write(STDOUT_FILENO, dcp_usage, strlen(dcp_usage)) < 0 ? DCP_EXIT_PLATFORM : 0;
  if (dcp_home_find(&home) < 0) return dcp_reason_tell(program_name);
  if (join(&home, &platform, &run) < 0) return *dcp_reason_text() ? dcp_reason_tell(program_name) : DCP_EXIT_PLATFORM;
  if (check_root(&home, &platform) < 0) return dcp_reason_tell(program_name);
  dcp_tree_look(&tree, run, platform.root);
  if (options.cwd && go_to(options.cwd, &tree) < 0) return dcp_reason_tell(program_name);
  if (dcp_environment_set(&options, &home, &platform, run) < 0) return dcp_reason_tell(program_name);
  dcp_reason("%s", "");
  int status = dcp_launch(&tree, options.command);
  dcp_reason_tell(program_name);
  return status;
}
