#include "launch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prepareFlags.h"
#include "reason.h"

extern char **environ;

enum { PREPARE_EXEC = 1u << 2 };  // the schema's PrepareFlags.EXEC

// What execvp does with a file that is no program: the shell runs it.
static void execute_by_shell(const char *path, char **argv) {
  size_t count = 0;
  while (argv[count]) count++;
  char **shell = calloc(count + 2, sizeof *shell);
  if (!shell) return;
  shell[0] = (char *)"/bin/sh";
  shell[1] = (char *)path;
  for (size_t i = 1; i < count; i++) shell[i + 1] = argv[i];
  execve(shell[0], shell, environ);
  free(shell);
}

// Sets errno.
static void execute(const struct dcp_tree *tree, const char *path, char **argv) {
  if (dcp_tree_ready(tree, path, PREPARE_EXEC) < 0) return;
  execve(path, argv, environ);
  if (errno == ENOEXEC) execute_by_shell(path, argv);
}

// errno values after which execvp goes on with the next directory of PATH.
static bool is_elsewhere(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

static void execute_by_search(const struct dcp_tree *tree, char **argv) {
  const char *list = getenv("PATH");
  if (!list) list = "/bin:/usr/bin";
  bool denied = false;
  size_t name = strlen(argv[0]);
  for (const char *at = list;; at++) {
    size_t length = strcspn(at, ":");
    char path[PATH_MAX];
    if (length + 1 + name >= sizeof path) {
      errno = ENAMETOOLONG;
    } else {
      snprintf(path, sizeof path, "%.*s%s%s", (int)length, at, length ? "/" : "", argv[0]);
      execute(tree, path, argv);
    }
    if (errno == EACCES) denied = true;
    if (!is_elsewhere(errno) && errno != ENAMETOOLONG) return;
    at += length;
    if (!*at) break;
  }
  errno = denied ? EACCES : ENOENT;
}

int dcp_launch(const struct dcp_tree *tree, char **argv) {
  if (strchr(argv[0], '/')) {
    execute(tree, argv[0], argv);
  } else if (argv[0][0]) {
    execute_by_search(tree, argv);
  } else {
    errno = ENOENT;
  }
  if (errno == EPROTO || errno == EIO) {
    if (!*dcp_reason_text()) dcp_reason("%s: %s", argv[0], strerror(errno));
    return DCP_EXIT_PLATFORM;
  }
  dcp_reason("%s: %s", argv[0], strerror(errno));
  return errno == ENOENT ? DCP_EXIT_NOT_FOUND : DCP_EXIT_NOT_EXECUTABLE;
}
