#include <spawn.h>

#include "case.h"

static pid_t pid;

static void spawn(const char *what, posix_spawn_file_actions_t *actions, const char *script) {
  char *arguments[] = {"sh", "-c", (char *)script, NULL};
  int result = posix_spawn(&pid, "/bin/sh", actions, NULL, arguments, environ);
  if (result == 0) reap(pid);
  printf("%s = %s\n", what, result ? errno_name(result) : "started");
}

int main(void) {
  put("in", "input of the child\n");
  MUST(mkdir("d", 0755));
  put("d/inner", "inner");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "in", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT | O_TRUNC, 0640);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  spawn("open and dup2", &actions, "cat; echo error >&2; ls");
  show_contents("out");
  show_file("out");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, "d");
  posix_spawn_file_actions_addopen(&actions, 5, "inner", O_RDONLY, 0);
  spawn("chdir and open", &actions, "cat <&5; ls; pwd -P");
  posix_spawn_file_actions_init(&actions);
  int dir = MUST(open("d", O_RDONLY | O_CLOEXEC));
  posix_spawn_file_actions_addfchdir_np(&actions, dir);
  posix_spawn_file_actions_addopen(&actions, 1, "../from-fchdir", O_WRONLY | O_CREAT | O_APPEND, 0600);
  spawn("fchdir", &actions, "ls");
  show_contents("from-fchdir");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "missing", O_RDONLY, 0);
  spawn("missing", &actions, "true");
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclose(&actions, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  spawn("close", &actions, "[ -e /proc/self/fd/0 ] || echo no stdin; cat d/inner");
  show_contents("in");
  char *arguments[] = {"script", "x", NULL};
  put("d/script", "#!/bin/sh\necho script $1; pwd -P\n");
  MUST(chmod("d/script", 0755));
  if (posix_spawn(&pid, "d/script", NULL, NULL, arguments, environ) != 0) puts("not started");
  reap(pid);
  setenv("PATH", "d:/bin:/usr/bin", 1);
  if (posix_spawnp(&pid, "script", NULL, NULL, arguments, environ) != 0) puts("not started");
  reap(pid);
  SHOW(posix_spawn(&pid, "d/missing", NULL, NULL, arguments, environ));
  SHOW(posix_spawn(&pid, "d", NULL, NULL, arguments, environ));
  return 0;
}
