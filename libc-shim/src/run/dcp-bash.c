// dcp-bash: bash on the platform, for `dcp-bash SCRIPT` and for scripts that begin with #!/usr/bin/env dcp-bash.
//
// Becomes `dcp-run -- bash ARGS`, by the dcp-run that stands beside it.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "home.h"
#include "reason.h"

int main(int argc, char **argv) {
  static const char program_name[] = "dcp-bash";
  char directory[PATH_MAX], program[PATH_MAX];
  if (dcp_own_directory(directory) < 0 || dcp_path_join(program, directory, "dcp-run") < 0)
    return dcp_reason_tell(program_name);
  char **command = calloc((size_t)argc + 4, sizeof *command);
  if (!command) {
    dcp_reason("out of memory");
    return dcp_reason_tell(program_name);
  }
  command[0] = program;
  command[1] = (char *)"--";
  command[2] = (char *)"bash";
  for (int i = 1; i < argc; i++) command[i + 2] = argv[i];
  execv(program, command);
  dcp_reason("%s: %s", program, strerror(errno));
  return dcp_reason_tell(program_name);
}
