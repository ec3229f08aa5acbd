// What the shim makes of the kernel's answers by the table behind the region's page.
#include "../../../src/table/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../src/link/kernel.h"
#include "../../../src/table/newroot.h"
#include "../../../src/table/region.h"
#include "check.h"
#include "fake_agent.h"

#define OTHER_INODES 1000000

static const char *tree;
static char file[200];
static struct statx seen;
static struct dcp_attributes told;

static void ask_kernel(const char *path, struct statx *into) {
  dcp_kernel(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, into);
}

static struct dcp_identity *bucket_of(uint64_t mirror_inode) {
  uint64_t bucket = mirror_inode * 0x9e3779b97f4a7c15ULL >> (64 - DCP_IDENTITY_BUCKET_BITS);
  return fake_agent_identities() + bucket * DCP_IDENTITY_WAYS;
}

// Enters PATH in the slot WAY of its bucket, as the agent does.
static struct dcp_identity *enter(const char *path, int way) {
  struct statx from;
  ask_kernel(path, &from);
  struct dcp_identity *slot = bucket_of(from.stx_ino) + way;
  *slot = (struct dcp_identity){
      .mirror_inode = from.stx_ino,
      .version = 2,
      .nlink = from.stx_nlink,
      .ino = from.stx_ino + OTHER_INODES,
      .mirror_btime = (uint32_t)from.stx_btime.tv_sec,
      .mirror_btime_ns = from.stx_btime.tv_nsec,
      .mirror_ctime = (uint32_t)from.stx_ctime.tv_sec,
      .mirror_ctime_ns = from.stx_ctime.tv_nsec,
      .ctime = -7,
      .ctime_ns = 77,
      .btime = 5,
      .btime_ns = 55,
  };
  return slot;
}

static enum dcp_seen see(const char *path) {
  memset(&told, 0, sizeof told);
  return dcp_see(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &seen, &told);
}

static void reset(void) {
  memset(fake_agent_identities(), 0, DCP_IDENTITIES_BYTES);
  fake_agent_region()->identities_told = 1;
  fake_agent_region()->cold_tree = 0;
}

static void should_put_the_trees_over_the_kernels(void) {
  reset();
  for (int way = 0; way < DCP_IDENTITY_WAYS; way += DCP_IDENTITY_WAYS - 1) {
    struct dcp_identity *slot = enter(file, way);
    CHECK_EQUAL(see(file), DCP_SEEN);
    CHECK_EQUAL(told.ino, seen.stx_ino + OTHER_INODES);
    CHECK_EQUAL(told.mirror_inode, seen.stx_ino);
    CHECK_EQUAL(told.dev, 77);
    CHECK_EQUAL(told.size_bytes, 9);
    CHECK_EQUAL(told.nlink, 1);
    CHECK(told.ctime.tv_sec == -7 && told.ctime.tv_nsec == 77);
    CHECK(told.btime.tv_sec == 5 && told.btime.tv_nsec == 55);
    CHECK_EQUAL(told.mtime.tv_nsec, seen.stx_mtime.tv_nsec);
    memset(slot, 0, sizeof *slot);
    CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);
  }
}

static void should_show_the_kernels_ctime_once_it_has_moved(void) {
  reset();
  enter(file, 0);
  chmod(file, 0600);
  CHECK_EQUAL(see(file), DCP_SEEN);
  CHECK_EQUAL(told.ctime.tv_sec, seen.stx_ctime.tv_sec);
  CHECK_EQUAL(told.mode & 07777, 0600);
}

static void should_ask_where_it_cannot_be_sure(void) {
  reset();
  enter(file, 0)->mirror_btime_ns++;
  CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);  // an earlier file with this number
  enter(file, 0)->version = 3;
  CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);  // is being written
  enter(file, 0);
  fake_agent_region()->identities_told = 0;
  CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);
  CHECK_EQUAL(see("/nowhere/at/all"), DCP_SEEN_MUST_ASK);
  fake_agent_region()->identities_told = 1;
  CHECK_EQUAL(see(file), DCP_SEEN);
  int fd = open(file, O_RDONLY);
  enter(file, 0);
  unlink(file);
  CHECK_EQUAL(dcp_see(fd, "", AT_EMPTY_PATH, &seen, &told), DCP_SEEN_MUST_ASK);
  close(fd);
}

static void should_take_the_kernels_word_only_while_it_has_all_names(void) {
  reset();
  errno = 0;
  CHECK_EQUAL(see("/nowhere/at/all"), DCP_SEEN_FAILED);
  CHECK_EQUAL(errno, ENOENT);
  struct dcp_identity *slot = enter(file, 0);
  slot->nlink = 4;
  CHECK_EQUAL(see(file), DCP_SEEN);
  CHECK_EQUAL(told.nlink, 1);
  fake_agent_region()->cold_tree = 1;
  CHECK_EQUAL(see("/nowhere/at/all"), DCP_SEEN_MUST_ASK);
  CHECK_EQUAL(see(file), DCP_SEEN);
  CHECK_EQUAL(told.nlink, 4);
  chmod(file, 0640);  // a link may be in the making
  CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);
}

static void should_tell_what_is_not_in_the_tree(void) {
  reset();
  uint64_t mount = dcp_tree_mount;
  ask_kernel(tree, &seen);
  dcp_tree_mount = seen.stx_mnt_id;
  CHECK_EQUAL(see("/proc/self"), DCP_SEEN_FOREIGN);
  CHECK_EQUAL(see(file), DCP_SEEN_MUST_ASK);
  dcp_tree_mount = seen.stx_mnt_id + 1;  // mounted in a second place
  enter(file, 0);
  CHECK_EQUAL(see(file), DCP_SEEN);
  int fd = open(file, O_RDONLY);
  CHECK_EQUAL(dcp_see(fd, "", AT_EMPTY_PATH, &seen, &told), DCP_SEEN_FOREIGN);
  close(fd);
  dcp_tree_mount = mount;
}

static void run(const char *name, void (*test)(void)) {
  int fd = (int)dcp_kernel(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  CHECK(dcp_kernel(SYS_write, fd, "contents\n", 9) == 9);
  dcp_kernel(SYS_close, fd);
  check_run(name, test);
  dcp_kernel(SYS_unlinkat, AT_FDCWD, file, 0);
}

int main(int argc, char **argv) {
  (void)argc;
  tree = fake_agent_begin(argv);
  snprintf(file, sizeof file, "%.*s/outside", (int)(strrchr(tree, '/') - tree), tree);  // calls on it are native
  run("should_put_the_trees_over_the_kernels", should_put_the_trees_over_the_kernels);
  run("should_show_the_kernels_ctime_once_it_has_moved", should_show_the_kernels_ctime_once_it_has_moved);
  run("should_ask_where_it_cannot_be_sure", should_ask_where_it_cannot_be_sure);
  run("should_take_the_kernels_word_only_while_it_has_all_names",
      should_take_the_kernels_word_only_while_it_has_all_names);
  run("should_tell_what_is_not_in_the_tree", should_tell_what_is_not_in_the_tree);
  fake_agent_end();
  return check_result();
}
