// Rules as in descriptors.c. Nothing is locked: a slot that is being written, or was taken for another file meanwhile,
// is not there, and then the agent is asked.
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "../link/kernel.h"
#include "newroot.h"
#include "region.h"

#define SPREAD 0x9e3779b97f4a7c15ULL
#define WANTED (STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID)

static const struct dcp_identity *bucket_of(uint64_t mirror_inode) {
  return dcp_identities + (mirror_inode * SPREAD >> (64 - DCP_IDENTITY_BUCKET_BITS)) * DCP_IDENTITY_WAYS;
}

// A copy of the slot of a mirror file; false if there is none.
static bool find(uint64_t mirror_inode, struct dcp_identity *into) {
  const struct dcp_identity *slot = bucket_of(mirror_inode), *end = slot + DCP_IDENTITY_WAYS;
  while (__atomic_load_n(&slot->mirror_inode, __ATOMIC_RELAXED) != mirror_inode) {
    if (++slot == end) {
      return false;
    }
  }
  uint32_t version = __atomic_load_n(&slot->version, __ATOMIC_ACQUIRE);
  memcpy(into, slot, sizeof *into);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return (version & 1) == 0 && __atomic_load_n(&slot->version, __ATOMIC_RELAXED) == version &&
         into->mirror_inode == mirror_inode;
}

static struct timespec time_of(const struct statx_timestamp *from) {
  return (struct timespec){.tv_sec = from->tv_sec, .tv_nsec = from->tv_nsec};
}

static bool is_time(const struct statx_timestamp *time, uint32_t seconds, uint32_t nanoseconds) {
  return (uint32_t)time->tv_sec == seconds && time->tv_nsec == nanoseconds;
}

// False if SEEN is another file than OWN, or in the middle of a change that the kernel shows only half of.
static bool put_over(const struct statx *seen, const struct dcp_identity *own, struct dcp_attributes *into) {
  bool is_recorded = is_time(&seen->stx_ctime, own->mirror_ctime, own->mirror_ctime_ns);
  if (!is_time(&seen->stx_btime, own->mirror_btime, own->mirror_btime_ns) || seen->stx_nlink == 0) {
    return false;
  }
  // While the tree is cold the mirror may lack names.
  if (seen->stx_nlink != own->nlink && dcp_region_cold() && !is_recorded) {
    return false;
  }
  *into = (struct dcp_attributes){
      .ino = own->ino,
      .dev = dcp_region->tree_device,
      .rdev = makedev(seen->stx_rdev_major, seen->stx_rdev_minor),
      .mode = seen->stx_mode,
      .nlink = dcp_region_cold() ? own->nlink : seen->stx_nlink,
      .uid = seen->stx_uid,
      .gid = seen->stx_gid,
      .size_bytes = (int64_t)seen->stx_size,
      .blocks512 = (int64_t)seen->stx_blocks,
      .block_size_bytes = seen->stx_blksize,
      .atime = time_of(&seen->stx_atime),
      .mtime = time_of(&seen->stx_mtime),
      .ctime = is_recorded ? (struct timespec){own->ctime, own->ctime_ns} : time_of(&seen->stx_ctime),
      .btime = {own->btime, own->btime_ns},
      .mirror_inode = seen->stx_ino,
      .mirror_ctime = time_of(&seen->stx_ctime),
  };
  return true;
}

enum dcp_seen dcp_see(int dirfd, const char *path, int flags, struct statx *seen, struct dcp_attributes *into) {
  if (dcp_identities == NULL || __atomic_load_n(&dcp_region->identities_told, __ATOMIC_ACQUIRE) == 0) {
    return DCP_SEEN_MUST_ASK;
  }
  long result = dcp_kernel(SYS_statx, dirfd, path, flags, WANTED, seen);
  if (result < 0) {
    // A filter of the program's may forbid just this call; and while the tree is cold the mirror may lack the name.
    if (result == -ENOSYS || result == -EPERM || dcp_region_cold()) {
      return DCP_SEEN_MUST_ASK;
    }
    errno = (int)-result;
    return DCP_SEEN_FAILED;
  }
  uint64_t tree = __atomic_load_n(&dcp_tree_mount, __ATOMIC_RELAXED);
  bool is_elsewhere = tree != 0 && (seen->stx_mask & STATX_MNT_ID) != 0 && seen->stx_mnt_id != tree;
  bool is_mirrors = makedev(seen->stx_dev_major, seen->stx_dev_minor) == dcp_region->mirror_device;
  // A part of the tree may be mounted in a second place.
  if (is_elsewhere && (!is_mirrors || (flags & AT_EMPTY_PATH) != 0)) {
    return DCP_SEEN_FOREIGN;
  }
  struct dcp_identity own;
  bool is_whole = (seen->stx_mask & (STATX_BASIC_STATS | STATX_BTIME)) == (STATX_BASIC_STATS | STATX_BTIME);
  return is_mirrors && is_whole && find(seen->stx_ino, &own) && put_over(seen, &own, into) ? DCP_SEEN
                                                                                           : DCP_SEEN_MUST_ASK;
}
