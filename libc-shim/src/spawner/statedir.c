#include "statedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../run/reason.h"

enum { LEAST_FREE_MIB = 16, START_FREE_MIB = 4, LOG_MIB = 16 };

int dcp_make_directories(const char *path, mode_t mode) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof part) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(part, path, length + 1);
  for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(part, 0755) < 0 && errno != EEXIST && access(part, F_OK) < 0) return -1;
    *slash = '/';
  }
  if (mkdir(part, mode) == 0) return 0;
  struct stat status;
  int saved = errno;
  if (stat(part, &status) == 0 && S_ISDIR(status.st_mode)) return 0;
  errno = saved;
  return -1;
}

static int check_owner(const char *directory) {
  struct stat status;
  if (stat(directory, &status) < 0) return dcp_reason("DCP_HOME %s: %s", directory, strerror(errno));
  if (status.st_uid != geteuid())
    return dcp_reason("DCP_HOME %s belongs to user %u, you are user %u", directory, status.st_uid, geteuid());
  if (status.st_mode & S_IWOTH)
    return dcp_reason("DCP_HOME %s is writable by everybody: what runs from it could be anybody's", directory);
  if (access(directory, R_OK | W_OK | X_OK) < 0)
    return dcp_reason("DCP_HOME %s: not writable: %s", directory, strerror(errno));
  return 0;
}

// What the caller may still write in a directory.
static int free_mib(const char *directory, unsigned long long *mib) {
  struct statvfs room;
  if (statvfs(directory, &room) < 0) return dcp_reason("DCP_HOME %s: %s", directory, strerror(errno));
  *mib = (geteuid() == 0 ? room.f_bfree : room.f_bavail) * room.f_frsize >> 20;
  return 0;
}

// Journal, base and region are preallocated: a first start on a full disk would fail in the middle and less clearly.
// A tree that is there must start, or nobody could delete anything in it: it has kept space for that.
static int check_room(const char *directory) {
  unsigned long long mib;
  char path[PATH_MAX];
  if (free_mib(directory, &mib) < 0) return -1;
  if (mib >= LEAST_FREE_MIB) return 0;
  if (dcp_path_join(path, directory, "metadata/format") < 0) return -1;
  if (access(path, F_OK) == 0) return 0;
  return dcp_reason("DCP_HOME %s: no space left on device (less than %d MiB free)", directory, LEAST_FREE_MIB);
}

void dcp_statedir_make_room(const struct dcp_home *home) {
  unsigned long long mib;
  char path[PATH_MAX];
  if (free_mib(home->directory, &mib) < 0 || mib >= START_FREE_MIB) return;
  if (dcp_path_join(path, home->directory, "reserve") == 0) unlink(path);
}

int dcp_statedir_make(const struct dcp_home *home) {
  static const struct {
    const char *name;
    mode_t mode;
  } directories[] = {{"run", 0755}, {"tmp", 0700}};
  if (dcp_make_directories(home->directory, 0711) < 0)
    return dcp_reason("DCP_HOME %s: cannot be made: %s", home->directory, strerror(errno));
  if (check_owner(home->directory) < 0 || check_room(home->directory) < 0) return -1;
  dcp_statedir_make_room(home);
  for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
    char path[PATH_MAX];
    if (dcp_path_join(path, home->directory, directories[i].name) < 0) return -1;
    if (dcp_make_directories(path, directories[i].mode) < 0 || chmod(path, directories[i].mode) < 0)
      return dcp_reason("%s: cannot be made: %s", path, strerror(errno));
  }
  return 0;
}

int dcp_statedir_lock(const struct dcp_home *home) {
  char path[PATH_MAX];
  if (dcp_path_join(path, home->run, "spawner.lock") < 0) return -1;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    dcp_reason("%s: %s", path, strerror(errno));
    errno = 0;
    return -1;
  }
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return fd;
  int error = errno == EACCES ? EAGAIN : errno;
  close(fd);
  dcp_reason("%s: %s", path, strerror(error));
  errno = error;
  return -1;
}

int dcp_file_replace(const char *path, mode_t mode, const void *content, size_t length) {
  char temporary[PATH_MAX];
  if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary) {
    errno = ENAMETOOLONG;
    return -1;
  }
  unlink(temporary);
  int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return -1;
  const char *at = content;
  int failed = fchmod(fd, mode) < 0 ? errno : 0;
  while (length > 0 && !failed) {
    ssize_t written = write(fd, at, length);
    if (written < 0 && errno != EINTR) failed = errno;
    if (written > 0) {
      at += written;
      length -= (size_t)written;
    }
  }
  if (close(fd) < 0 && !failed) failed = errno;
  if (!failed && rename(temporary, path) < 0) failed = errno;
  if (!failed) return 0;
  unlink(temporary);
  errno = failed;
  return -1;
}

int dcp_run_write(const struct dcp_home *home, const char *name, const char *content) {
  char path[PATH_MAX];
  if (dcp_path_join(path, home->run, name) < 0) return -1;
  if (dcp_file_replace(path, 0644, content, strlen(content)) < 0) return dcp_reason("%s: %s", path, strerror(errno));
  return 0;
}

void dcp_run_remove(const struct dcp_home *home, const char *name) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", home->run, name) < (int)sizeof path) unlink(path);
}

// Maps a whole file read-only; NULL with errno. An empty file counts as EINVAL.
static void *map_file(const char *path, size_t *length) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  void *content = MAP_FAILED;
  if (fstat(fd, &status) == 0) {
    *length = (size_t)status.st_size;
    content = mmap(NULL, *length, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  close(fd);
  return content == MAP_FAILED ? NULL : content;
}

int dcp_statedir_install_shim(const struct dcp_home *home) {
  char directory[PATH_MAX], source[PATH_MAX], target[PATH_MAX];
  if (dcp_own_directory(directory) < 0 || dcp_path_join(source, directory, "libdcp.so") < 0 ||
      dcp_path_join(target, home->run, "libdcp.so") < 0)
    return -1;
  size_t length, present_length;
  void *content = map_file(source, &length);
  if (!content) return dcp_reason("%s: %s", source, strerror(errno));
  void *present = map_file(target, &present_length);
  bool same = present && present_length == length && memcmp(present, content, length) == 0;
  if (present) munmap(present, present_length);
  int result = 0;
  if (!same && dcp_file_replace(target, 0755, content, length) < 0)
    result = dcp_reason("%s: %s", target, strerror(errno));
  munmap(content, length);
  return result;
}

int dcp_statedir_open_log(const struct dcp_home *home) {
  char path[PATH_MAX], before[PATH_MAX];
  struct stat status;
  if (dcp_path_join(path, home->directory, "agent.log") < 0 ||
      dcp_path_join(before, home->directory, "agent.log.1") < 0)
    return -1;
  if (stat(path, &status) == 0 && status.st_size > (off_t)LOG_MIB << 20) rename(path, before);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  return fd >= 0 ? fd : dcp_reason("%s: %s", path, strerror(errno));
}

void dcp_statedir_sweep(const struct dcp_home *home) {
  char path[PATH_MAX];
  if (dcp_path_join(path, home->directory, "tmp") < 0) return;
  DIR *directory = opendir(path);
  if (!directory) return;
  const struct dirent *entry;
  while ((entry = readdir(directory)))
    if (unlinkat(dirfd(directory), entry->d_name, 0) < 0) continue;  // a directory: not the agent's way
  closedir(directory);
}
