#include "case.h"

int main(void) {
  put("input", "from the tree\n");
  MUST(mkdir("d", 0755));
  for (int i = 0; i < 3; i++) {
    pid_t pid = vfork();
    if (pid == 0) {
      int fd = open("input", O_RDONLY);
      dup2(fd, 0);
      if (i == 1 && chdir("d") != 0) _exit(9);
      execl("/bin/sh", "sh", "-c", "cat; ls; : > made", NULL);
      _exit(8);
    }
    reap(pid);
  }
  pid_t pid = vfork();
  if (pid == 0) _exit(5);
  reap(pid);
  pid = vfork();
  if (pid == 0) {
    execl("./missing", "missing", NULL);
    _exit(errno == ENOENT ? 6 : 7);
  }
  reap(pid);
  show_directory(".");
  show_directory("d");
  show_contents("input");
  return 0;
}
