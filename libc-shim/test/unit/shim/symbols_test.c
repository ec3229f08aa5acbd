// The table against the machine's libc: test/symbols/check on the library beside this program. Run in libc-shim.
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char library[PATH_MAX];

static void shouldKnowEveryFunctionOfLibc(void) {
  pid_t pid = fork();
  if (pid == 0) {
    execl("test/symbols/check", "check", "--self-test", library, (char *)NULL);
    perror("test/symbols/check");
    _exit(99);
  }
  int status;
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

int main(void) {
  // $out/test/shim/symbols_test and $out/libdcp.so
  ssize_t length = readlink("/proc/self/exe", library, sizeof library - sizeof "/libdcp.so");
  if (length < 0) abort();
  library[length] = '\0';
  for (int up = 0; up < 3; up++) *strrchr(library, '/') = '\0';
  strcat(library, "/libdcp.so");
  RUN(shouldKnowEveryFunctionOfLibc);
  return check_result();
}
