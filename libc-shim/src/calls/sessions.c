// libc functions that move the working directory or standard descriptors by inner calls that no wrapper sees.

#include <pty.h>
#include <unistd.h>
#include <utmp.h>

#include "../table/place.h"
#include "real.h"

static void standard_descriptors_changed(void) { dcp_fd_forget_range(STDIN_FILENO, STDERR_FILENO); }

DCP_EXPORT int daemon(int stay, int keep) {
  int result = DCP_REAL(daemon)(stay, keep);
  dcp_cwd_changed();
  standard_descriptors_changed();
  return result;
}

DCP_EXPORT int login_tty(int fd) {
  int result = DCP_REAL(login_tty)(fd);
  standard_descriptors_changed();
  dcp_fd_forget(fd);
  return result;
}

DCP_EXPORT pid_t forkpty(int *terminal, char *name, const struct termios *attributes, const struct winsize *size) {
  pid_t pid = DCP_REAL(forkpty)(terminal, name, attributes, size);
  if (pid == 0) standard_descriptors_changed();
  return pid;
}
