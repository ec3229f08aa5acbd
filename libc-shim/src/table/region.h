// The page that the agent shares with every program, read-only here.
#ifndef DCP_TABLE_REGION_H
#define DCP_TABLE_REGION_H

#include <stdbool.h>
#include <stdint.h>

#define DCP_REGION_MAGIC 0x314e4f4947455244ULL  // "DREGION1"
#define DCP_REGION_LAYOUT 2
#define DCP_REGION_BYTES 4096

//  offset  0        8              12            16        20        24          32            40
//         +--------+--------------+-------------+---------+---------+-----------+-------------+--------------+
//         | magic  | layoutVersion| agentThreads| throttle| coldTree| treeDevice| mirrorDevice| mirrorMountId|
//         +--------+--------------+-------------+---------+---------+-----------+-------------+--------------+
//  offset  48           56
//         +------------+----------------+
//         | startSteps | identitiesTold |   and, from DCP_REGION_BYTES on, the identities
//         +------------+----------------+
struct dcp_region {
  uint64_t magic;
  uint32_t layout_version;
  uint32_t agent_threads;    // listening sockets: agent-0.sock and up
  uint32_t throttle;         // 1: ask ROOM before writing
  uint32_t cold_tree;        // 1: the mirror may lack names or contents, PREPARE before native calls by path
  uint64_t tree_device;      // st_dev that the tree shows
  uint64_t mirror_device;    // st_dev that the kernel shows for the mirror's files
  uint64_t mirror_mount_id;  // statx's mount id at DCP_ROOT, 0 if unknown
  uint64_t start_steps;      // grows while a start that takes long (after a loss of power) goes on
  uint32_t identities_told;  // 1: the identities are those of today's mirror
};

// What the tree knows of a mirror file and the kernel does not. May change while `version` is odd.
struct dcp_identity {
  uint64_t mirror_inode;  // 0: a free slot
  uint32_t version;
  uint32_t nlink;
  uint64_t ino;
  uint32_t mirror_btime, mirror_btime_ns;  // s modulo 2^32: a number comes again for another file
  uint32_t mirror_ctime, mirror_ctime_ns;  // likewise; what the kernel shows as long as `ctime` is right
  int64_t ctime;
  uint32_t ctime_ns, btime_ns;
  int64_t btime;
};

_Static_assert(sizeof(struct dcp_identity) == 64, "as the agent writes them");

#define DCP_IDENTITY_BUCKET_BITS 14
#define DCP_IDENTITY_WAYS 8
#define DCP_IDENTITIES_BYTES (sizeof(struct dcp_identity) * DCP_IDENTITY_WAYS << DCP_IDENTITY_BUCKET_BITS)

// NULL where they are not mapped.
extern const struct dcp_identity *dcp_identities;

// Never NULL: a page of zeros until attached, and for ever in a program outside the platform.
extern const struct dcp_region *dcp_region;

// Whether a write to a descriptor of the tree must ask ROOM first.
static inline bool dcp_region_throttled(void) {
  return __builtin_expect(__atomic_load_n(&dcp_region->throttle, __ATOMIC_RELAXED) != 0, 0);
}

static inline bool dcp_region_cold(void) { return __atomic_load_n(&dcp_region->cold_tree, __ATOMIC_RELAXED) != 0; }

#endif
