#include "start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "home.h"
#include "reason.h"

int dcp_start_platform(const char *caller) {
  char directory[PATH_MAX], program[PATH_MAX];
  if (dcp_own_directory(directory) < 0 || dcp_path_join(program, directory, "dcp-spawner") < 0) return -1;
  // With SIGCHLD ignored the kernel keeps no status to wait for; the program gets back what it had.
  struct sigaction child, by_default = {.sa_handler = SIG_DFL};
  sigaction(SIGCHLD, &by_default, &child);
  pid_t pid = vfork();
  if (pid == 0) {
    execl(program, program, "up", "--caller", caller, (char *)NULL);
    _exit(errno == ENOENT ? DCP_EXIT_NOT_FOUND : DCP_EXIT_NOT_EXECUTABLE);
  }
  int status = 0, result = pid < 0 ? -1 : 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) result = -1;
  sigaction(SIGCHLD, &child, NULL);
  if (result < 0) return dcp_reason("%s: %s", program, strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
  if (WIFSIGNALED(status)) return dcp_reason("%s: killed by signal %d", program, WTERMSIG(status));
  if (WEXITSTATUS(status) != DCP_EXIT_PLATFORM) return dcp_reason("%s: cannot be executed", program);
  return dcp_reason("%s", "");
}
