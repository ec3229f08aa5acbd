#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reason.h"

int dcp_path_join(char into[static PATH_MAX], const char *directory, const char *name) {
  size_t length = strlen(directory), more = strlen(name);
  if (length + 1 + more >= PATH_MAX) return dcp_reason("path too long: %.60s…/%.60s", directory, name);
  memmove(into, directory, length);
  into[length] = '/';
  memcpy(into + length + 1, name, more + 1);
  return 0;
}

ssize_t dcp_file_read(const char *path, char *into, size_t capacity) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return -1;
  size_t length = 0;
  ssize_t n;
  while (length < capacity && (n = read(fd, into + length, capacity - length)) != 0) {
    if (n > 0)
      length += (size_t)n;
    else if (errno != EINTR)
      break;
  }
  int saved = errno;
  close(fd);
  errno = saved;
  if (length == capacity)
    errno = EFBIG;
  else if (n == 0) {
    into[length] = '\0';
    return (ssize_t)length;
  }
  return -1;
}

// By hand and not by getpwuid, which would load name services into these statically linked programs.
static int home_in_password_file(char into[static PATH_MAX]) {
  FILE *file = fopen("/etc/passwd", "re");
  if (!file) return -1;
  int found = -1;
  const struct passwd *entry;
  while (found < 0 && (entry = fgetpwent(file)))
    if (entry->pw_uid == geteuid() && entry->pw_dir[0] == '/' && strlen(entry->pw_dir) < PATH_MAX) {
      memcpy(into, entry->pw_dir, strlen(entry->pw_dir) + 1);
      found = 0;
    }
  fclose(file);
  return found;
}

int dcp_home_of_user(char into[static PATH_MAX]) {
  const char *home = getenv("HOME");
  if (home && home[0] == '/' && strlen(home) < PATH_MAX) {
    memcpy(into, home, strlen(home) + 1);
    return 0;
  }
  if (home_in_password_file(into) == 0) return 0;
  return dcp_reason("no home directory: set HOME or DCP_HOME");
}

static int make_absolute(char into[static PATH_MAX], const char *path) {
  if (path[0] == '/') {
    if (strlen(path) >= PATH_MAX) return dcp_reason("path too long: %.60s…", path);
    memcpy(into, path, strlen(path) + 1);
    return 0;
  }
  char here[PATH_MAX];
  if (!getcwd(here, sizeof here))
    return dcp_reason("DCP_HOME is relative and the working directory is unknown: %s", strerror(errno));
  return dcp_path_join(into, here, path);
}

// The platform that this process is a program of, by the run directory that it was given: its home and root, both "" if
// there is none.
static void find_outer(const char *run, char home[static PATH_MAX], char root[static PATH_MAX]) {
  char path[PATH_MAX], content[2 * PATH_MAX];
  home[0] = root[0] = '\0';
  if (!run || *run != '/' || dcp_path_join(path, run, "platform") < 0) return;
  if (dcp_file_read(path, content, sizeof content) < 0) return;
  char *line, *rest;
  for (line = strtok_r(content, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    size_t length = strlen(line);
    if (length >= PATH_MAX) continue;
    if (strncmp(line, "home=", 5) == 0) memcpy(home, line + 5, length - 4);
    if (strncmp(line, "root=", 5) == 0) memcpy(root, line + 5, length - 4);
  }
}

int dcp_home_find(struct dcp_home *home) {
  const char *named = getenv("DCP_HOME");
  if (named && *named) {
    if (make_absolute(home->directory, named) < 0) return -1;
  } else if (dcp_home_of_user(home->directory) < 0 || dcp_path_join(home->directory, home->directory, ".dcp") < 0) {
    return -1;
  }
  char resolved[PATH_MAX];
  if (realpath(home->directory, resolved)) memcpy(home->directory, resolved, strlen(resolved) + 1);
  if (strchr(home->directory, '\n')) return dcp_reason("DCP_HOME %s: the path has a line break", home->directory);
  const char *run = getenv("DCP_RUN"), *root = getenv("DCP_ROOT");
  char outer_home[PATH_MAX], outer_root[PATH_MAX];
  find_outer(run, outer_home, outer_root);
  if (strcmp(outer_home, home->directory) == 0) {
    // Also for a program under another user's id, which may not search DCP_HOME.
    memcpy(home->run, run, strlen(run) + 1);
    return 0;
  }
  if (root && outer_root[0] && strcmp(root, outer_root) == 0) unsetenv("DCP_ROOT");
  return dcp_path_join(home->run, home->directory, "run");
}

bool dcp_home_is_held(const struct dcp_home *home) {
  char path[PATH_MAX];
  if (dcp_path_join(path, home->run, "spawner.lock") < 0) return false;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  bool held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return held;
}

bool dcp_home_is_ready(const struct dcp_home *home) {
  char path[PATH_MAX];
  struct stat status;
  return dcp_path_join(path, home->run, "ready") == 0 && stat(path, &status) == 0 && dcp_home_is_held(home);
}

int dcp_platform_read(const struct dcp_home *home, struct dcp_platform *platform) {
  char path[PATH_MAX], content[2 * PATH_MAX];
  if (dcp_path_join(path, home->run, "platform") < 0) return -1;
  if (dcp_file_read(path, content, sizeof content) < 0) return dcp_reason("%s: %s", path, strerror(errno));
  const char *root = strstr(content, "\nroot=");
  const char *end = root ? strchr(root + 6, '\n') : NULL;
  if (!end || root[6] != '/' || (size_t)(end - root - 6) >= sizeof platform->root)
    return dcp_reason("%s: not understood", path);
  memcpy(platform->root, root + 6, (size_t)(end - root - 6));
  platform->root[end - root - 6] = '\0';
  platform->supervisor = 0;
  if (dcp_path_join(path, home->run, "supervisor.pid") < 0) return -1;
  if (dcp_file_read(path, content, sizeof content) > 0) platform->supervisor = (pid_t)strtol(content, NULL, 10);
  return 0;
}

int dcp_own_directory(char into[static PATH_MAX]) {
  ssize_t length = readlink("/proc/self/exe", into, PATH_MAX);
  if (length <= 0 || length >= PATH_MAX)
    return dcp_reason("/proc/self/exe: %s", length < 0 ? strerror(errno) : "too long");
  into[length] = '\0';
  char *slash = strrchr(into, '/');
  *(slash == into ? slash + 1 : slash) = '\0';
  return 0;
}
