#include "endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "../run/reason.h"
#include "../table/region.h"
#include "statedir.h"

enum { FIRST_NUMBER = 64, BACKLOG = 4096 };

static int listen_at(int directory, unsigned number) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  // By the descriptor of its directory: the path may be longer than an address.
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/agent-%u.sock", directory, number);
  unlink(address.sun_path);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_NUMBER);
  close(fd);
  if (high >= 0 && bind(high, (const struct sockaddr *)&address, sizeof address) == 0 &&
      chmod(address.sun_path, 0666) == 0 && listen(high, BACKLOG) == 0)
    return high;
  if (high >= 0) close(high);
  return -1;
}

int dcp_endpoints_open(const struct dcp_home *home, struct dcp_endpoints *endpoints) {
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  endpoints->count = cpus < 1 ? 1 : cpus > DCP_AGENT_THREADS_MAX ? DCP_AGENT_THREADS_MAX : (unsigned)cpus;
  int directory = open(home->run, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return dcp_reason("%s: %s", home->run, strerror(errno));
  for (unsigned i = 0; i < endpoints->count; i++) {
    endpoints->sockets[i] = listen_at(directory, i);
    if (endpoints->sockets[i] < 0) return dcp_reason("%s/agent-%u.sock: %s", home->run, i, strerror(errno));
  }
  close(directory);
  return 0;
}

void dcp_endpoints_remove(const struct dcp_home *home, const struct dcp_endpoints *endpoints) {
  for (unsigned i = 0; i < endpoints->count; i++) {
    char name[32];
    snprintf(name, sizeof name, "agent-%u.sock", i);
    dcp_run_remove(home, name);
  }
}

static void fill(struct dcp_region *region, const struct dcp_place *place, unsigned agent_threads) {
  struct statx status;
  __atomic_store_n(&region->cold_tree, 1, __ATOMIC_SEQ_CST);
  __atomic_store_n(&region->throttle, 0, __ATOMIC_SEQ_CST);
  region->layout_version = DCP_REGION_LAYOUT;
  region->agent_threads = agent_threads;
  region->identities_told = 0;
  region->mirror_mount_id = 0;
  region->mirror_device = 0;
  if (statx(AT_FDCWD, place->root, AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &status) == 0) {
    region->mirror_device = makedev(status.stx_dev_major, status.stx_dev_minor);
    // Without a namespace the tree shares its mount with other files: the mount's number tells nothing.
    if (place->has_namespace && (status.stx_mask & STATX_MNT_ID)) region->mirror_mount_id = status.stx_mnt_id;
  }
  __atomic_store_n(&region->magic, DCP_REGION_MAGIC, __ATOMIC_RELEASE);
}

int dcp_region_make(const struct dcp_home *home, const struct dcp_place *place, unsigned agent_threads) {
  char path[PATH_MAX];
  if (dcp_path_join(path, home->run, "region") < 0) return -1;
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return dcp_reason("%s: %s", path, strerror(errno));
  // Its blocks are allocated now: a full disk must not kill by SIGBUS later.
  const off_t length = (off_t)(DCP_REGION_BYTES + DCP_IDENTITIES_BYTES);
  int error = ftruncate(fd, length) < 0 ? errno : posix_fallocate(fd, 0, length);
  struct dcp_region *region = MAP_FAILED;
  if (!error) {
    region = mmap(NULL, DCP_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (region == MAP_FAILED) error = errno;
  }
  close(fd);
  if (error) return dcp_reason("%s: %s", path, strerror(error));
  fill(region, place, agent_threads);
  munmap(region, DCP_REGION_BYTES);
  return 0;
}
