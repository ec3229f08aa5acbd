/* The table of families. Weights make what creates and what removes meet about as often. */
#include "ops.h"

const struct family families[] = {
    {"open", 100, family_open, true},
    {"openat2", 20, family_openat2, true},
    {"close", 15, family_close, true},
    {"data", 90, family_data, true},
    {"vectors", 25, family_vectors, true},
    {"seek", 20, family_seek, true},
    {"truncate", 30, family_truncate, true},
    {"fallocate", 20, family_fallocate, true},
    {"copies", 20, family_copies, true},
    {"mapping", 20, family_mapping, true},
    {"held-mapping", 20, family_held_mapping, false},
    {"synchronise", 3, family_synchronise, true},
    {"stat", 60, family_stat, true},
    {"access", 25, family_access, true},
    {"chmod", 35, family_chmod, true},
    {"chown", 30, family_chown, true},
    {"umask", 6, family_umask, true},
    {"times", 30, family_times, true},
    {"xattr", 40, family_xattr, true},
    {"xattr-query", 20, family_xattr_query, true},
    {"link", 40, family_link, true},
    {"symlink", 30, family_symlink, true},
    {"readlink", 15, family_readlink, true},
    {"rename", 70, family_rename, true},
    {"unlink", 75, family_unlink, true},
    {"mkdir", 50, family_mkdir, true},
    {"mknod", 12, family_mknod, true},
    {"socket", 6, family_socket, false},
    {"cwd", 30, family_cwd, true},
    {"listing", 30, family_listing, true},
    {"stream-of-directory", 20, family_stream_of_directory, false},
    {"walk", 8, family_walk, true},
    {"glob", 6, family_glob, true},
    {"realpath", 15, family_realpath, true},
    {"dup", 15, family_dup, true},
    {"fcntl", 15, family_fcntl, true},
    {"ioctl", 8, family_ioctl, true},
    {"locks", 20, family_locks, false},
    {"stdio", 40, family_stdio, false},
    {"temporary", 10, family_temporary, false},
    {"statfs", 8, family_statfs, true},
    {"child", 20, family_child, false},
    {"program", 3, family_program, false},
    {"identity", 12, family_identity, false},
    {"notify", 15, family_notify, false},
    {"faulty", 10, family_faulty, true},
    {"home", 12, family_home, false},
};
const size_t family_count = COUNT_OF(families);

const struct family *choose_family(bool for_child) {
  unsigned sum = 0;
  for (size_t i = 0; i < family_count; i++)
    if (!for_child || families[i].in_child) sum += families[i].weight;
  unsigned at = roll(sum);
  for (size_t i = 0; i < family_count; i++) {
    if (for_child && !families[i].in_child) continue;
    if (at < families[i].weight) return &families[i];
    at -= families[i].weight;
  }
  return &families[0];
}
