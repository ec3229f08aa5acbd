#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../run/reason.h"
#include "rejoin.h"
#include "statedir.h"

static const char owner_attribute[] = "user.dcp.home";
static const char record_name[] = "mirror-at";
static const char default_root[] = "/dcp";

static int resolve(const char *path, char into[static PATH_MAX]) {
  if (path[0] != '/') return dcp_reason("DCP_ROOT %s: not an absolute path", path);
  if (dcp_make_directories(path, 0755) < 0 || !realpath(path, into))
    return dcp_reason("DCP_ROOT %s: cannot be made: %s", path, strerror(errno));
  if (strcmp(into, "/") == 0) return dcp_reason("DCP_ROOT %s: the tree cannot be at /", path);
  if (strchr(into, '\n')) return dcp_reason("DCP_ROOT %s: the path has a line break", path);
  return 0;
}

// /dcp for who can use it: the mirror must be writable where the directory is the mirror itself.
static bool can_use_default(bool has_namespace) {
  struct stat status;
  if (mkdir(default_root, 0755) == 0) return true;
  if (stat(default_root, &status) < 0 || !S_ISDIR(status.st_mode)) return false;
  return has_namespace || (status.st_uid == geteuid() && access(default_root, W_OK) == 0);
}

static int choose_root(struct dcp_place *place) {
  const char *given = getenv("DCP_ROOT");
  if (given && *given) return resolve(given, place->root);
  if (can_use_default(place->has_namespace)) return resolve(default_root, place->root);
  char home[PATH_MAX], path[PATH_MAX];
  if (dcp_home_of_user(home) < 0 || dcp_path_join(path, home, "dcp") < 0) return -1;
  return resolve(path, place->root);
}

static bool is_within(const char *path, const char *directory) {
  size_t length = strlen(directory);
  return strncmp(path, directory, length) == 0 && (path[length] == '/' || !path[length]);
}

static int check_overlap(const struct dcp_home *home, const struct dcp_place *place) {
  static const char *const parts[] = {"run", "mirror", "tmp", "metadata", "objects", "zookeeper"};
  if (is_within(home->directory, place->root))
    return dcp_reason("DCP_HOME %s is in the tree's own place, DCP_ROOT %s", home->directory, place->root);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    char path[PATH_MAX];
    if (dcp_path_join(path, home->directory, parts[i]) < 0) return -1;
    if (is_within(place->root, path)) return dcp_reason("DCP_ROOT %s is in the platform's own %s", place->root, path);
  }
  return 0;
}

static bool is_empty(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) return errno == ENOENT;
  unsigned names = 0;
  while (names < 3 && readdir(directory)) names++;
  closedir(directory);
  return names < 3;  // "." and ".."
}

// Where this home's mirror was the last time, absolute; "" if it never had one.
static int read_record(const struct dcp_home *home, char into[static PATH_MAX]) {
  char path[PATH_MAX], content[PATH_MAX];
  if (dcp_path_join(path, home->directory, record_name) < 0) return -1;
  if (dcp_file_read(path, content, sizeof content) < 0) {
    into[0] = '\0';
    return errno == ENOENT ? 0 : dcp_reason("%s: %s", path, strerror(errno));
  }
  content[strcspn(content, "\n")] = '\0';
  if (content[0] != '/') return dcp_path_join(into, home->directory, content);
  memcpy(into, content, strlen(content) + 1);
  return 0;
}

static int write_record(const struct dcp_home *home, const struct dcp_place *place) {
  char path[PATH_MAX], content[PATH_MAX + 1];
  if (dcp_path_join(path, home->directory, record_name) < 0) return -1;
  int length = snprintf(content, sizeof content, "%s\n", place->has_namespace ? "mirror" : place->mirror);
  if (dcp_file_replace(path, 0600, content, (size_t)length) < 0) return dcp_reason("%s: %s", path, strerror(errno));
  return 0;
}

// A mirror may hold what is nowhere else yet: it must be the one that the metadata speaks of.
static int claim_mirror(const struct dcp_home *home, const struct dcp_place *place) {
  char recorded[PATH_MAX], owner[PATH_MAX];
  if (read_record(home, recorded) < 0) return -1;
  bool known = strcmp(recorded, place->mirror) == 0;
  if (recorded[0] && !known && !is_empty(recorded))
    return dcp_reason("DCP_HOME %s has its files at %s, not at %s", home->directory, recorded, place->mirror);
  if (!place->has_namespace) {
    ssize_t length = getxattr(place->mirror, owner_attribute, owner, sizeof owner - 1);
    if (length > 0 &&
        ((size_t)length != strlen(home->directory) || memcmp(owner, home->directory, (size_t)length) != 0))
      return dcp_reason("DCP_ROOT %s is the tree of DCP_HOME %.*s", place->root, (int)length, owner);
    if (length < 0 && !known && !is_empty(place->mirror))
      return dcp_reason("DCP_ROOT %s is not empty and not a tree of DCP_HOME %s", place->root, home->directory);
    if (access(place->mirror, R_OK | W_OK | X_OK) < 0)
      return dcp_reason("DCP_ROOT %s: not writable: %s", place->root, strerror(errno));
    // Not every file system has user attributes; the record in DCP_HOME still tells.
    if (length < 0 && setxattr(place->mirror, owner_attribute, home->directory, strlen(home->directory), 0) < 0 &&
        errno != ENOTSUP)
      return dcp_reason("DCP_ROOT %s: cannot be marked: %s", place->root, strerror(errno));
  }
  return known ? 0 : write_record(home, place);
}

static int bind_directory(const char *what, const char *where) {
  if (mount(what, where, NULL, MS_BIND, NULL) < 0)
    return dcp_reason("cannot bind %s on %s: %s", what, where, strerror(errno));
  return 0;
}

static int mount_all(const struct dcp_home *home, const struct dcp_place *place) {
  if (bind_directory(place->mirror, place->root) < 0) return -1;
  // Without /run/dcp, on a read-only /run, programs use the run directory where it is.
  if (dcp_make_directories(DCP_RUN_IN_NAMESPACE, 0755) < 0) return 0;
  return bind_directory(home->run, DCP_RUN_IN_NAMESPACE);
}

int dcp_place_tree(const struct dcp_home *home, struct dcp_place *place) {
  place->has_namespace = geteuid() == 0 && unshare(CLONE_NEWNS) == 0;
  if (place->has_namespace && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
    return dcp_reason("cannot separate the mounts: %s", strerror(errno));
  if (choose_root(place) < 0 || check_overlap(home, place) < 0) return -1;
  if (place->has_namespace) {
    if (dcp_path_join(place->mirror, home->directory, "mirror") < 0) return -1;
    if (dcp_make_directories(place->mirror, 0755) < 0)
      return dcp_reason("%s: cannot be made: %s", place->mirror, strerror(errno));
  } else {
    memcpy(place->mirror, place->root, sizeof place->mirror);
  }
  if (claim_mirror(home, place) < 0) return -1;
  // ld.so takes both as the end of a name in LD_PRELOAD; in a namespace the shim is in /run/dcp.
  if (!place->has_namespace && strpbrk(home->run, " :"))
    return dcp_reason("DCP_HOME %s: a path with a space or a colon cannot be preloaded from", home->directory);
  if (!place->has_namespace || dcp_rejoin(home, place)) return 0;
  return mount_all(home, place);
}
