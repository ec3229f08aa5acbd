// Attaching to the platform: the environment and the region. No round trip to the agent, no allocation.
// Runs in the library's constructor, or before it at the first call that another constructor makes; running twice at
// once is harmless (both find the same).
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../link/kernel.h"
#include "../link/process.h"
#include "newroot.h"
#include "place.h"
#include "readable.h"
#include "region.h"
#include "root.h"

static const struct dcp_region outside;
const struct dcp_region *dcp_region = &outside;
const struct dcp_identity *dcp_identities;

struct dcp_tree_root dcp_tree_root;

static char run_directory[PATH_MAX];
static char home[PATH_MAX];
static int file_mode_mask;
#define MASK_UNKNOWN (-1)

// Reading the mask is setting it.
static mode_t swap_mask(void) {
  long mask = dcp_kernel(SYS_umask, 077);
  dcp_kernel(SYS_umask, mask);
  return (mode_t)mask;
}

static void keep(char into[PATH_MAX], const char *value) {
  if (value != NULL && strlen(value) < PATH_MAX) {
    strcpy(into, value);
  }
}

// A program with a limit of address space needs it for itself.
static bool has_room(void) {
  struct rlimit64 limit;
  return dcp_kernel(SYS_prlimit64, 0, RLIMIT_AS, NULL, &limit) == 0 && limit.rlim_cur == RLIM64_INFINITY;
}

static void map_region(void) {
  char path[PATH_MAX + sizeof "/region"];
  strcpy(path, run_directory);
  strcat(path, "/region");
  long file = dcp_kernel(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) {
    return;
  }
  bool whole = has_room();
  size_t length = whole ? DCP_REGION_BYTES + DCP_IDENTITIES_BYTES : DCP_REGION_BYTES;
  long mapped = dcp_kernel(SYS_mmap, NULL, length, PROT_READ, MAP_SHARED, file, 0);
  dcp_kernel(SYS_close, file);
  if (mapped < 0 && mapped > -DCP_REGION_BYTES) {
    return;
  }
  const struct dcp_region *region = (const struct dcp_region *)mapped;
  if (region->magic != DCP_REGION_MAGIC || region->layout_version != DCP_REGION_LAYOUT) {
    dcp_kernel(SYS_munmap, mapped, length);  // another build: the agent will say so
    return;
  }
  if (whole) {
    dcp_identities = (const struct dcp_identity *)(mapped + DCP_REGION_BYTES);
  }
  __atomic_store_n(&dcp_region, region, __ATOMIC_RELEASE);
}

static bool keep_root(const char *value) {
  if (value == NULL || value[0] != '/') {
    return false;
  }
  size_t length = strlen(value);
  while (length > 1 && value[length - 1] == '/') {
    length--;
  }
  if (length == 1 || length >= DCP_ROOT_MAX) {
    return false;
  }
  memcpy(dcp_tree_root.path, value, length);
  dcp_tree_root.path[length] = '\0';
  dcp_tree_root.length = length;
  dcp_tree_root.name = strrchr(dcp_tree_root.path, '/') + 1;
  dcp_tree_root.name_length = strlen(dcp_tree_root.name);
  return true;
}

void dcp_attach(void) {
  if (__atomic_load_n(&dcp_tree_root.state, __ATOMIC_ACQUIRE) != DCP_NOT_YET) {
    return;
  }
  const char *run = getenv("DCP_RUN");
  enum dcp_attachment state = DCP_OUTSIDE;
  if (run != NULL && run[0] == '/' && keep_root(getenv("DCP_ROOT"))) {
    keep(run_directory, run);
    keep(home, getenv("DCP_HOME"));
    const char *preloaded = getenv("LD_PRELOAD");
    dcp_memory_is_watched = preloaded != NULL && strstr(preloaded, "/vgpreload_") != NULL;
    map_region();
    dcp_root_attach(run_directory);
    file_mode_mask = (int)swap_mask();  // here the process has one thread
    dcp_process_begin();
    state = DCP_ATTACHED;
  }
  __atomic_store_n(&dcp_tree_root.state, state, __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void begin(void) {
  dcp_attach();
  if (dcp_attached()) {
    pthread_atfork(NULL, NULL, dcp_process_begin);
  }
}

bool dcp_attached(void) {
  dcp_attach();
  return dcp_tree_root.state == DCP_ATTACHED;
}

const char *dcp_root(void) {
  dcp_attach();
  return dcp_tree_root.path;
}

const char *dcp_run_directory(void) {
  dcp_attach();
  return run_directory;
}

const char *dcp_home(void) {
  dcp_attach();
  return home;
}

static bool threads_are_apart;

void dcp_threads_part(void) {
  __atomic_store_n(&threads_are_apart, true, __ATOMIC_RELAXED);
  dcp_cwd_changed();
}

bool dcp_threads_are_apart(void) { return __builtin_expect(__atomic_load_n(&threads_are_apart, __ATOMIC_RELAXED), 0); }

// But for a process with threads, who must not see another one meanwhile.
static mode_t read_mask(void) {
  char text[256];
  long file = dcp_kernel(SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY | O_CLOEXEC, 0);
  long length = file < 0 ? 0 : dcp_kernel(SYS_read, file, text, sizeof text - 1);
  if (file >= 0) {
    dcp_kernel(SYS_close, file);
  }
  text[length < 0 ? 0 : length] = '\0';
  const char *at = strstr(text, "\nUmask:\t");
  if (at == NULL) {
    return swap_mask();
  }
  mode_t mask = 0;
  for (at += sizeof "\nUmask:\t" - 1; *at >= '0' && *at <= '7'; at++) {
    mask = mask * 8 + (mode_t)(*at - '0');
  }
  return mask;
}

mode_t dcp_umask(bool is_own) {
  if (!is_own || dcp_threads_are_apart()) {
    return swap_mask();
  }
  int known = __atomic_load_n(&file_mode_mask, __ATOMIC_RELAXED);
  if (__builtin_expect(known == MASK_UNKNOWN, 0)) {
    known = (int)read_mask();
    __atomic_store_n(&file_mode_mask, known, __ATOMIC_RELAXED);
  }
  return (mode_t)known;
}

// A child that shares our memory may share our mask (CLONE_FS) or not (vfork).
void dcp_umask_changed(mode_t mask) {
  int known = dcp_process_is_own() ? (int)(mask & 0777) : MASK_UNKNOWN;
  __atomic_store_n(&file_mode_mask, known, __ATOMIC_RELAXED);
}
