#include "rejoin.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same(const struct stat *one, const struct stat *other) {
  return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

// Is what a process sees at a path this directory?
static bool sees(const char *pid, const char *path, const struct stat *directory) {
  char name[PATH_MAX + NAME_MAX + 32];
  struct stat there;
  snprintf(name, sizeof name, "/proc/%s/root%s", pid, path);
  return fstatat(AT_FDCWD, name, &there, AT_NO_AUTOMOUNT) == 0 && is_same(&there, directory);
}

// Only we, and nobody to whom a user namespace gives the right to mount, can have made what is mounted there.
static bool is_ours(int namespace) {
  struct stat owner, own;
  int user = ioctl(namespace, NS_GET_USERNS);
  if (user < 0) return false;
  bool same = fstat(user, &owner) == 0 && stat("/proc/self/ns/user", &own) == 0 && is_same(&owner, &own);
  close(user);
  return same;
}

static bool enter(const char *pid) {
  char name[NAME_MAX + 32];
  snprintf(name, sizeof name, "/proc/%s/ns/mnt", pid);
  int namespace = open(name, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) return false;
  bool entered = is_ours(namespace) && setns(namespace, CLONE_NEWNS) == 0;
  close(namespace);
  return entered;
}

bool dcp_rejoin(const struct dcp_home *home, const struct dcp_place *place) {
  struct stat mirror, run;
  if (stat(place->mirror, &mirror) < 0 || stat(home->run, &run) < 0) return false;
  DIR *processes = opendir("/proc");
  if (!processes) return false;
  bool entered = false;
  for (struct dirent *entry; !entered && (entry = readdir(processes));) {
    const char *pid = entry->d_name;
    entered = isdigit((unsigned char)pid[0]) && sees(pid, place->root, &mirror) &&
              sees(pid, DCP_RUN_IN_NAMESPACE, &run) && enter(pid);
  }
  closedir(processes);
  return entered;
}
