#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "reason.h"

static bool is_same_file(const struct stat *a, const struct stat *b) {
  return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static int join_namespace(int namespace, const struct dcp_home *home) {
  char here[PATH_MAX];
  const char *path = getcwd(here, sizeof here);
  // A directory that was removed, or is beyond a mount that the namespace does not have, is kept by its descriptor.
  int directory = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int result = 0;
  if (setns(namespace, CLONE_NEWNS) < 0)
    result = dcp_reason("cannot enter the platform of %s: %s", home->directory, strerror(errno));
  else if ((!path || here[0] != '/' || chdir(here) < 0) && (directory < 0 || fchdir(directory) < 0))
    result = dcp_reason("cannot return to the working directory: %s", strerror(errno));
  if (directory >= 0) close(directory);
  return result;
}

int dcp_enter(const struct dcp_home *home, const struct dcp_platform *platform, const char **run) {
  char path[64];
  struct stat ours, theirs;
  snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)platform->supervisor);
  int result = 0;
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace >= 0) {
    if (fstat(namespace, &theirs) < 0 || stat("/proc/self/ns/mnt", &ours) < 0)
      result = dcp_reason("%s: %s", path, strerror(errno));
    else if (!is_same_file(&ours, &theirs))
      result = join_namespace(namespace, home);
    close(namespace);
    if (result < 0) return -1;
  } else if (errno == ENOENT) {
    errno = ESRCH;
    return dcp_reason("the supervisor of %s is gone", home->directory);
  } else if (strcmp(home->run, DCP_RUN_IN_NAMESPACE) != 0) {
    // A program under another user's id may not look at the supervisor; if it was given this run directory, it is
    // inside.
    return dcp_reason("cannot enter the platform of %s: %s", home->directory, strerror(errno));
  }
  *run = home->run;
  if (stat(home->run, &theirs) == 0 && stat(DCP_RUN_IN_NAMESPACE, &ours) == 0 && is_same_file(&ours, &theirs))
    *run = DCP_RUN_IN_NAMESPACE;
  return 0;
}
