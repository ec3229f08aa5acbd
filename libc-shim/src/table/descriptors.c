// What each descriptor is, and the attributes that the agent told for it.
//
// Rules: no allocation, no locks, errno untouched; plain atomic bytes. A class can be wrong only while a descriptor is
// closed behind our back and its number used again; whoever acts on TREE therefore checks the kernel's st_dev, or asks
// the agent, who looks at the descriptor itself.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "../link/kernel.h"
#include "../link/process.h"
#include "newroot.h"
#include "place.h"
#include "region.h"
#include "root.h"

// Descriptors whose attributes are kept: as many as programs may have by default. The table counts against limits of
// address space and data.
#define REMEMBERED 1024

unsigned char dcp_fd_classes[DCP_FD_TABLE];

struct memory {
  uint32_t version;  // odd while written
  uint32_t changes;
  struct dcp_attributes attributes;
};

static struct memory memories[REMEMBERED];
static uint32_t changes = 1;
static unsigned classed;  // no descriptor from here on has a class

static void set_class(int fd, enum dcp_fd_class class) {
  if ((unsigned)fd >= DCP_FD_TABLE) {
    return;
  }
  if (!dcp_process_is_own()) {  // a vfork child's numbers are its own: its parent, and it, will ask again
    unsigned char known = DCP_FD_FOREIGN, *entry = &dcp_fd_classes[fd];
    if (!__atomic_compare_exchange_n(entry, &known, DCP_FD_UNKNOWN, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
        known == DCP_FD_TREE) {
      __atomic_store_n(entry, DCP_FD_UNKNOWN, __ATOMIC_RELAXED);
    }
    return;
  }
  unsigned before = __atomic_load_n(&classed, __ATOMIC_RELAXED);
  while (before <= (unsigned)fd &&
         !__atomic_compare_exchange_n(&classed, &before, (unsigned)fd + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  __atomic_store_n(&dcp_fd_classes[fd], (unsigned char)class, __ATOMIC_RELAXED);
}

static bool ask_kernel_by_name(int fd, bool *is_tree) {
  char link[32] = "/proc/self/fd/", target[PATH_MAX];
  size_t at = strlen(link);
  char digits[12];
  size_t count = 0;
  for (unsigned rest = (unsigned)fd; count == 0 || rest != 0; rest /= 10) {
    digits[count++] = (char)('0' + rest % 10);
  }
  while (count > 0) {
    link[at++] = digits[--count];
  }
  long got = dcp_kernel(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
  if (got < 0) {
    return false;
  }
  target[got] = '\0';
  *is_tree = target[0] == '/' && dcp_is_below_root(target);
  return true;
}

bool dcp_fd_is_tree_slowly(int fd) {
  if (fd < 0 || !dcp_attached()) {
    return false;
  }
  bool is_tree = false;
  uint64_t mount = __atomic_load_n(&dcp_tree_mount, __ATOMIC_RELAXED);
  if (mount != 0) {
    struct statx seen;
    if (dcp_kernel(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &seen) != 0) {
      return false;
    }
    is_tree = (seen.stx_mask & STATX_MNT_ID) != 0 && seen.stx_mnt_id == mount;
  } else if (!ask_kernel_by_name(fd, &is_tree)) {
    return false;
  }
  set_class(fd, is_tree ? DCP_FD_TREE : DCP_FD_FOREIGN);
  return is_tree;
}

void dcp_fd_opened(int fd, const struct dcp_attributes *attributes) {
  set_class(fd, DCP_FD_TREE);
  if (attributes != NULL) {
    dcp_fd_remember(fd, attributes);
  }
}

void dcp_fd_found_foreign(int fd) { set_class(fd, DCP_FD_FOREIGN); }

void dcp_fd_make_private(int fd) { set_class(fd, DCP_FD_PRIVATE); }

bool dcp_fd_is_private_still(int fd) {
  struct stat seen;
  if (dcp_kernel(SYS_fstat, fd, &seen) == 0) {
    int run = dcp_run_descriptor();
    bool is_run = run >= 0 && (fd == run || fd == run + 1) && S_ISDIR(seen.st_mode);
    if (is_run || (S_ISSOCK(seen.st_mode) && dcp_link_may_own(fd, seen.st_ino))) {
      return true;
    }
  }
  if (dcp_process_is_own()) {
    dcp_fd_forget(fd);
  }
  return false;
}

void dcp_fd_forget_range(unsigned first, unsigned last) {
  unsigned end = __atomic_load_n(&classed, __ATOMIC_RELAXED);
  for (unsigned fd = first; fd <= last && fd < end; fd++) {
    unsigned char class = __atomic_load_n(&dcp_fd_classes[fd], __ATOMIC_RELAXED);
    if (class != DCP_FD_UNKNOWN && class != DCP_FD_PRIVATE) {
      dcp_fd_forget((int)fd);
    }
  }
}

static void write_memory(int fd, const struct dcp_attributes *attributes, uint32_t as_of);

// For the time when the agent has forgotten a file without names: as of no moment, so the agent is asked first.
static void duplicate_memory(int from, int to) {
  if ((unsigned)from >= REMEMBERED) {
    return;
  }
  const struct memory *memory = &memories[from];
  uint32_t version = __atomic_load_n(&memory->version, __ATOMIC_ACQUIRE);
  if (version == 0 || (version & 1) != 0) {
    return;
  }
  struct dcp_attributes attributes = memory->attributes;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (__atomic_load_n(&memory->version, __ATOMIC_RELAXED) == version) {
    write_memory(to, &attributes, 0);
  }
}

void dcp_fd_duplicated(int from, int to) {
  unsigned char class = DCP_FD_UNKNOWN;
  if ((unsigned)from < DCP_FD_TABLE) {
    class = __atomic_load_n(&dcp_fd_classes[from], __ATOMIC_RELAXED);
  }
  set_class(to, class == DCP_FD_PRIVATE ? DCP_FD_UNKNOWN : class);
  if (class == DCP_FD_TREE) {
    duplicate_memory(from, to);
  }
}

int dcp_fd_next_private(unsigned first, unsigned last) {
  unsigned end = __atomic_load_n(&classed, __ATOMIC_RELAXED);
  for (unsigned fd = first; fd <= last && fd < end; fd++) {
    if (dcp_fd_is_private((int)fd)) {
      return (int)fd;
    }
  }
  return -1;
}

void dcp_fd_attributes_stale(void) { __atomic_add_fetch(&changes, 1, __ATOMIC_RELAXED); }

static void write_memory(int fd, const struct dcp_attributes *attributes, uint32_t as_of) {
  if ((unsigned)fd >= REMEMBERED || attributes->mirror_inode == 0) {
    return;
  }
  struct memory *memory = &memories[fd];
  uint32_t version = __atomic_load_n(&memory->version, __ATOMIC_RELAXED);
  if ((version & 1) != 0 || !__atomic_compare_exchange_n(&memory->version, &version, version + 1, false,
                                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
    return;  // another thread, or the code that this signal handler interrupted, is writing: remember nothing
  }
  __atomic_thread_fence(__ATOMIC_RELEASE);
  memory->attributes = *attributes;
  memory->changes = as_of;
  __atomic_store_n(&memory->version, version + 2, __ATOMIC_RELEASE);
}

void dcp_fd_remember(int fd, const struct dcp_attributes *attributes) {
  write_memory(fd, attributes, __atomic_load_n(&changes, __ATOMIC_RELAXED));
}

bool dcp_fd_recall(int fd, uint64_t mirror_inode, const struct timespec *mirror_ctime, struct dcp_attributes *into) {
  if ((unsigned)fd >= REMEMBERED) {
    return false;
  }
  struct memory *memory = &memories[fd];
  uint32_t version = __atomic_load_n(&memory->version, __ATOMIC_ACQUIRE);
  bool is_stale = memory->changes != __atomic_load_n(&changes, __ATOMIC_RELAXED);
  if (version == 0 || (version & 1) != 0 || (mirror_ctime != NULL && is_stale)) {
    return false;
  }
  *into = memory->attributes;
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (__atomic_load_n(&memory->version, __ATOMIC_RELAXED) != version || into->mirror_inode != mirror_inode) {
    return false;
  }
  return mirror_ctime == NULL ||
         (into->mirror_ctime.tv_sec == mirror_ctime->tv_sec && into->mirror_ctime.tv_nsec == mirror_ctime->tv_nsec);
}
