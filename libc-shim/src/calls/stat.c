// Questions about files. By path the agent answers for the tree; of an open descriptor the kernel tells what changes
// while somebody writes (size, times of data), and the tree the rest: ino, dev, nlink, ctime, btime, and all of a
// directory's. Rules as in files.c.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/identity.h"
#include "../table/newroot.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "../table/region.h"
#include "calls.h"
#include "native.h"
#include "old-names.h"
#include "real.h"

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one form of stat on 64-bit machines");
_Static_assert(sizeof(struct statfs) == sizeof(struct statfs64), "likewise");

void dcp_stat_from(const struct dcp_attributes *from, struct stat *into) {
  *into = (struct stat){
      .st_dev = from->dev,
      .st_ino = from->ino,
      .st_nlink = from->nlink,
      .st_mode = from->mode,
      .st_uid = from->uid,
      .st_gid = from->gid,
      .st_rdev = from->rdev,
      .st_size = from->size_bytes,
      .st_blksize = (blksize_t)from->block_size_bytes,
      .st_blocks = from->blocks512,
      .st_atim = from->atime,
      .st_mtim = from->mtime,
      .st_ctim = from->ctime,
  };
}

static int faulty(void) {
  errno = EFAULT;
  return -1;
}

static struct statx_timestamp timestamp(const struct timespec *time) {
  return (struct statx_timestamp){.tv_sec = time->tv_sec, .tv_nsec = (uint32_t)time->tv_nsec};
}

static void statx_from(const struct dcp_attributes *from, struct statx *into) {
  *into = (struct statx){
      .stx_mask = STATX_BASIC_STATS | STATX_BTIME,
      .stx_blksize = from->block_size_bytes,
      .stx_nlink = from->nlink,
      .stx_uid = from->uid,
      .stx_gid = from->gid,
      .stx_mode = (uint16_t)from->mode,
      .stx_ino = from->ino,
      .stx_size = (uint64_t)from->size_bytes,
      .stx_blocks = (uint64_t)from->blocks512,
      .stx_atime = timestamp(&from->atime),
      .stx_btime = timestamp(&from->btime),
      .stx_ctime = timestamp(&from->ctime),
      .stx_mtime = timestamp(&from->mtime),
      .stx_rdev_major = major(from->rdev),
      .stx_rdev_minor = minor(from->rdev),
      .stx_dev_major = major(from->dev),
      .stx_dev_minor = minor(from->dev),
  };
  if (dcp_tree_mount != 0) {
    into->stx_mask |= STATX_MNT_ID;
    into->stx_mnt_id = dcp_tree_mount;
  }
}

#define CHANGE_TIMES (STATX_MTIME | STATX_CTIME)

// Whether this kernel tells the times of change to somebody who asked for neither, as it does with all other basic
// fields. Learned at the first such question.
static enum { UNKNOWN, TOLD, LEFT_OUT } unasked_times;

// Makes the kernel's answer to dcp_see its answer to this mask; false if only the kernel can.
static bool is_answer_to(unsigned mask, const struct statx *seen, struct statx *own) {
  int unasked = __atomic_load_n(&unasked_times, __ATOMIC_RELAXED);
  if (seen->stx_mask == 0 || (mask & ~(STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID)) != 0 ||
      ((mask & CHANGE_TIMES) == 0 && unasked == UNKNOWN)) {
    return false;
  }
  *own = *seen;
  if ((mask & STATX_BTIME) == 0) {
    own->stx_mask &= ~STATX_BTIME;
    own->stx_btime = (struct statx_timestamp){0};
  }
  if ((mask & CHANGE_TIMES) == 0 && unasked == LEFT_OUT) {
    own->stx_mask &= ~CHANGE_TIMES;
    own->stx_mtime = own->stx_ctime = (struct statx_timestamp){0};
  }
  return true;
}

// What the tree keeps goes over what the kernel says of the mirror file: which fields it fills in for this mask, and
// the attributes that only it knows. SEEN is what the kernel said before, with mask 0 if it was not asked.
static void statx_over(const struct dcp_attributes *from, const struct statx *seen, int dirfd, const char *path,
                       int flags, unsigned mask, struct statx *into) {
  struct statx own;
  statx_from(from, into);
  if (!is_answer_to(mask, seen, &own)) {
    if (dcp_kernel(SYS_statx, dirfd, path, flags, mask, &own) != 0) {
      return;
    }
    if ((mask & CHANGE_TIMES) == 0) {
      int told = (own.stx_mask & CHANGE_TIMES) != 0 ? TOLD : LEFT_OUT;
      __atomic_store_n(&unasked_times, told, __ATOMIC_RELAXED);
    }
  }
  own.stx_ino = into->stx_ino;
  own.stx_dev_major = into->stx_dev_major;
  own.stx_dev_minor = into->stx_dev_minor;
  own.stx_nlink = into->stx_nlink;
  own.stx_uid = into->stx_uid;
  own.stx_gid = into->stx_gid;
  own.stx_mode = into->stx_mode;
  own.stx_size = into->stx_size;
  own.stx_blocks = into->stx_blocks;
  own.stx_atime = into->stx_atime;
  if ((own.stx_mask & STATX_MTIME) != 0) own.stx_mtime = into->stx_mtime;
  if ((own.stx_mask & STATX_CTIME) != 0) own.stx_ctime = into->stx_ctime;
  if ((own.stx_mask & STATX_BTIME) != 0) own.stx_btime = into->stx_btime;
  *into = own;
}

// 0 and attributes, 1 native, -1. SEEN: what the kernel said, with mask 0 if it was the agent that was asked.
static int ask_by_path(int dirfd, const char *path, int flags, struct statx *seen, struct dcp_attributes *into) {
  switch (dcp_see(dirfd, path, flags & ~AT_STATX_SYNC_TYPE, seen, into)) {
    case DCP_SEEN:
      return 0;
    case DCP_SEEN_FOREIGN:
      return 1;
    case DCP_SEEN_FAILED:
      return -1;
    case DCP_SEEN_MUST_ASK:
      break;
  }
  seen->stx_mask = 0;
  struct dcp_request request = {
      .operation = DCP_OP(STAT),
      .directory = dirfd,
      .path = path,
      .flags = (uint32_t)flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT),
  };
  struct dcp_answer answer = {0};
  if (dcp_ask(&request, &answer) != 0) {
    return -1;
  }
  if (answer.native) {
    return 1;
  }
  if (answer.error != 0 || !answer.has_attributes) {
    errno = answer.error != 0 ? answer.error : EPROTO;
    return -1;
  }
  *into = answer.attributes;
  return 0;
}

// The tree's attributes of FD, that the kernel shows as SEEN on the mirror. 0; 1: the kernel's are all there are; -1.
static int attributes_of_open(int fd, const struct stat *seen, struct dcp_attributes *into) {
  if (dcp_region->mirror_device != 0 && seen->st_dev != dcp_region->mirror_device) {
    dcp_fd_forget(fd);  // the number went to another file behind our back
    return 1;
  }
  bool is_regular = S_ISREG(seen->st_mode);
  struct statx again;
  if ((!is_regular || !dcp_fd_recall(fd, seen->st_ino, &seen->st_ctim, into)) &&
      dcp_see(fd, "", AT_EMPTY_PATH, &again, into) != DCP_SEEN) {
    struct dcp_request request = {.operation = DCP_OP(IDENTIFY), .directory = fd, .inode = seen->st_ino};
    struct dcp_answer answer = {0};
    if (dcp_ask(&request, &answer) != 0) {
      return -1;
    }
    if (!answer.native && answer.error == 0 && answer.has_attributes) {
      *into = answer.attributes;
      dcp_fd_remember(fd, into);
    } else if (dcp_fd_recall(fd, seen->st_ino, NULL, into)) {
      // It has no name any more, and the tree forgot it: it stays the file that it was.
      into->mode = seen->st_mode;
      into->nlink = (uint32_t)seen->st_nlink;
      into->uid = seen->st_uid;
      into->gid = seen->st_gid;
      into->ctime = seen->st_ctim;
    } else {
      return 1;
    }
  }
  if (is_regular) {
    into->size_bytes = seen->st_size;
    into->blocks512 = seen->st_blocks;
    into->atime = seen->st_atim;
    into->mtime = seen->st_mtim;
  }
  return 0;
}

// Flags that the kernel knows: with any other the native call is left to say EINVAL.
static bool are_known(int flags) {
  return (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE)) == 0 &&
         (flags & AT_STATX_SYNC_TYPE) != AT_STATX_SYNC_TYPE;
}

// True if the call is about an open descriptor that is in the tree.
static bool is_open_descriptor(int dirfd, const char *path, int flags) {
  return (flags & AT_EMPTY_PATH) != 0 && are_known(flags) && dirfd >= 0 &&
         (path == NULL || (dcp_page_is_readable(path) && path[0] == '\0')) && dcp_fd_is_tree(dirfd);
}

// Field by field: to assign the whole struct the compiler clears it by "rep stos" first.
static void stat_from_statx(const struct statx *from, struct stat *into) {
  into->st_dev = makedev(from->stx_dev_major, from->stx_dev_minor);
  into->st_ino = from->stx_ino;
  into->st_nlink = from->stx_nlink;
  into->st_mode = from->stx_mode;
  into->st_uid = from->stx_uid;
  into->st_gid = from->stx_gid;
  into->st_rdev = makedev(from->stx_rdev_major, from->stx_rdev_minor);
  into->st_size = (off_t)from->stx_size;
  into->st_blksize = from->stx_blksize;
  into->st_blocks = (blkcnt_t)from->stx_blocks;
  into->st_atim = (struct timespec){from->stx_atime.tv_sec, from->stx_atime.tv_nsec};
  into->st_mtim = (struct timespec){from->stx_mtime.tv_sec, from->stx_mtime.tv_nsec};
  into->st_ctim = (struct timespec){from->stx_ctime.tv_sec, from->stx_ctime.tv_nsec};
#if defined(__x86_64__)
  into->__pad0 = 0;
#else
  into->__pad1 = 0;
  into->__pad2 = 0;
#endif
  memset(into->__glibc_reserved, 0, sizeof into->__glibc_reserved);
}

// By one question at the kernel, where that is enough. 0; 1: it is not; -1.
static int see_open(int fd, struct stat *into) {
  struct statx seen;
  struct dcp_attributes attributes;
  enum dcp_seen result = dcp_see(fd, "", AT_EMPTY_PATH, &seen, &attributes);
  if (result == DCP_SEEN_MUST_ASK || result == DCP_SEEN_FAILED) {
    return 1;
  }
  if (result == DCP_SEEN) {
    dcp_fd_opened(fd, &attributes);
  } else {
    dcp_fd_found_foreign(fd);
  }
  if (!dcp_range_is_writable(into, sizeof *into)) {
    return faulty();
  }
  if (result == DCP_SEEN) {
    dcp_stat_from(&attributes, into);
  } else {
    stat_from_statx(&seen, into);
  }
  return 0;
}

int dcp_fstat(int fd, struct stat *into) {
  if (fd >= 0 && dcp_fd_may_be_tree(fd) && dcp_tree_mount != 0) {
    int result = see_open(fd, into);
    if (result <= 0) {
      return result;
    }
  }
  int result = dcp_native_fstat(fd, into);
  if (__builtin_expect(result == 0 && dcp_fd_is_tree(fd), 0)) {
    struct dcp_attributes attributes;
    result = attributes_of_open(fd, into, &attributes);
    if (result == 0) {
      dcp_stat_from(&attributes, into);
    }
    return result < 0 ? -1 : 0;
  }
  return result;
}

// A path that is not ours to all appearance, and may still lead into the tree through a link: the mount tells.
static int foreign_fstatat(int dirfd, const char *path, struct stat *into, int flags) {
  uint64_t tree = dcp_tree_mount;
  if (tree == 0 || !are_known(flags) || !dcp_range_is_writable(into, sizeof *into)) {
    return dcp_native_fstatat(dirfd, path, into, flags);
  }
  struct statx seen;
  long result = dcp_kernel(SYS_statx, dirfd, path, flags, STATX_BASIC_STATS | STATX_MNT_ID, &seen);
  if (__builtin_expect(result == 0 && seen.stx_mnt_id == tree && (seen.stx_mask & STATX_MNT_ID) != 0, 0)) {
    struct dcp_attributes attributes;
    struct statx again;
    int asked = ask_by_path(dirfd, path, flags, &again, &attributes);
    if (asked == 0) {
      dcp_stat_from(&attributes, into);
    }
    if (asked <= 0) {
      return asked;
    }
  }
  if (result == 0) {
    stat_from_statx(&seen, into);
  }
  return dcp_native_result(result);
}

int dcp_fstatat(int dirfd, const char *path, struct stat *into, int flags) {
  if (__builtin_expect(is_open_descriptor(dirfd, path, flags), 0)) {
    return dcp_fstat(dirfd, into);
  }
  if (dcp_path_is_ours(dirfd, path) && are_known(flags)) {
    struct dcp_attributes attributes;
    struct statx seen;
    int result = ask_by_path(dirfd, path, flags, &seen, &attributes);
    if (result == 0) {
      if (!dcp_range_is_writable(into, sizeof *into)) {
        return faulty();
      }
      dcp_stat_from(&attributes, into);
    }
    return result <= 0 ? result : dcp_native_fstatat(dirfd, path, into, flags);
  }
  return foreign_fstatat(dirfd, path, into, flags);
}

// Likewise. What was not asked for, the kernel may tell.
static int foreign_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *into) {
  uint64_t tree = dcp_tree_mount;
  bool may_lead_there = tree != 0 && are_known(flags);
  int result = DCP_REAL(statx)(dirfd, path, flags, may_lead_there ? mask | STATX_MNT_ID : mask, into);
  if (__builtin_expect(
          result == 0 && may_lead_there && (into->stx_mask & STATX_MNT_ID) != 0 && into->stx_mnt_id == tree, 0)) {
    struct dcp_attributes attributes;
    struct statx seen;
    int asked = ask_by_path(dirfd, path, flags, &seen, &attributes);
    if (asked == 0) {
      statx_from(&attributes, into);
    }
    return asked < 0 ? -1 : 0;
  }
  return result;
}

// As see_open, but with the tree's attributes apart from the kernel's. 0; 1: the kernel's are all there are; -1.
static int statx_of_open(int fd, struct statx *seen, struct dcp_attributes *into) {
  if (dcp_tree_mount != 0 && dcp_see(fd, "", AT_EMPTY_PATH, seen, into) == DCP_SEEN) {
    dcp_fd_opened(fd, into);
    return 0;
  }
  seen->stx_mask = 0;
  struct stat kernels;
  int result = dcp_native_fstat(fd, &kernels);
  return result == 0 ? attributes_of_open(fd, &kernels, into) : result;
}

int dcp_statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *into) {
  bool is_open = is_open_descriptor(dirfd, path, flags);
  if (!is_open && !(dcp_path_is_ours(dirfd, path) && are_known(flags) && (mask & STATX__RESERVED) == 0)) {
    return foreign_statx(dirfd, path, flags, mask, into);
  }
  struct dcp_attributes attributes;
  struct statx seen;
  int result = is_open ? statx_of_open(dirfd, &seen, &attributes) : ask_by_path(dirfd, path, flags, &seen, &attributes);
  if (result > 0) {
    return DCP_REAL(statx)(dirfd, path, flags, mask, into);
  }
  if (result == 0 && !dcp_range_is_writable(into, sizeof *into)) {
    return faulty();
  }
  if (result == 0) {
    statx_over(&attributes, &seen, dirfd, is_open ? "" : path, flags, mask, into);
  }
  return result;
}

// A path that is not ours costs as little as can be: straight to the next definition.
DCP_EXPORT int stat(const char *restrict path, struct stat *restrict into) {
  return dcp_path_is_ours(AT_FDCWD, path) ? dcp_fstatat(AT_FDCWD, path, into, 0)
                                          : foreign_fstatat(AT_FDCWD, path, into, 0);
}
DCP_EXPORT int stat64(const char *restrict path, struct stat64 *restrict into) {
  return stat(path, (struct stat *)into);
}

DCP_EXPORT int lstat(const char *restrict path, struct stat *restrict into) {
  return dcp_path_is_ours(AT_FDCWD, path) ? dcp_fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW)
                                          : foreign_fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW);
}
DCP_EXPORT int lstat64(const char *restrict path, struct stat64 *restrict into) {
  return lstat(path, (struct stat *)into);
}

DCP_EXPORT int fstat(int fd, struct stat *into) { return dcp_fstat(fd, into); }
DCP_EXPORT int fstat64(int fd, struct stat64 *into) { return dcp_fstat(fd, (struct stat *)into); }

DCP_EXPORT int fstatat(int dirfd, const char *restrict path, struct stat *restrict into, int flags) {
  return dcp_fstatat(dirfd, path, into, flags);
}
DCP_EXPORT int fstatat64(int dirfd, const char *restrict path, struct stat64 *restrict into, int flags) {
  return dcp_fstatat(dirfd, path, (struct stat *)into, flags);
}

DCP_EXPORT int statx(int dirfd, const char *restrict path, int flags, unsigned mask, struct statx *restrict into) {
  return dcp_statx(dirfd, path, flags, mask, into);
}

// --- the forms of programs that were built before glibc 2.33 ---
// All versions that libc knows have one layout; another one is left to libc to refuse.
#if defined(__x86_64__)
#define LAST_VERSION 1
#else
#define LAST_VERSION 0
#endif

static bool is_ours(int version, int dirfd, const char *path) {
  return dcp_path_is_ours(dirfd, path) && version >= 0 && version <= LAST_VERSION;
}

DCP_EXPORT int __xstat(int version, const char *path, struct stat *into) {
  return is_ours(version, AT_FDCWD, path) ? dcp_fstatat(AT_FDCWD, path, into, 0)
                                          : DCP_REAL(__xstat)(version, path, into);
}
DCP_EXPORT int __xstat64(int version, const char *path, struct stat64 *into) {
  return __xstat(version, path, (struct stat *)into);
}

DCP_EXPORT int __lxstat(int version, const char *path, struct stat *into) {
  return is_ours(version, AT_FDCWD, path) ? dcp_fstatat(AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW)
                                          : DCP_REAL(__lxstat)(version, path, into);
}
DCP_EXPORT int __lxstat64(int version, const char *path, struct stat64 *into) {
  return __lxstat(version, path, (struct stat *)into);
}

DCP_EXPORT int __fxstat(int version, int fd, struct stat *into) {
  return version >= 0 && version <= LAST_VERSION && dcp_fd_is_tree(fd) ? dcp_fstat(fd, into)
                                                                       : DCP_REAL(__fxstat)(version, fd, into);
}
DCP_EXPORT int __fxstat64(int version, int fd, struct stat64 *into) {
  return __fxstat(version, fd, (struct stat *)into);
}

DCP_EXPORT int __fxstatat(int version, int dirfd, const char *path, struct stat *into, int flags) {
  return is_ours(version, dirfd, path) ? dcp_fstatat(dirfd, path, into, flags)
                                       : DCP_REAL(__fxstatat)(version, dirfd, path, into, flags);
}
DCP_EXPORT int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *into, int flags) {
  return __fxstatat(version, dirfd, path, (struct stat *)into, flags);
}

// --- answered by the kernel, once the names are on the mirror ---
DCP_EXPORT int statfs(const char *path, struct statfs *into) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(statfs)(path, into) : -1;
}
DCP_ALIAS(int, __statfs, statfs, (const char *path, struct statfs *into));
DCP_EXPORT int statfs64(const char *path, struct statfs64 *into) { return statfs(path, (struct statfs *)into); }

DCP_EXPORT int statvfs(const char *restrict path, struct statvfs *restrict into) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(statvfs)(path, into) : -1;
}
DCP_EXPORT int statvfs64(const char *restrict path, struct statvfs64 *restrict into) {
  return statvfs(path, (struct statvfs *)into);
}

int dcp_faccessat(int dirfd, const char *path, int mode, int flags) {
  if (dcp_prepare(dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) != 0 ? DCP_PREPARE_NO_FOLLOW : DCP_PREPARE_FOLLOW) != 0) {
    return -1;
  }
  return DCP_REAL(faccessat)(dirfd, path, mode, flags);
}

DCP_EXPORT int faccessat(int dirfd, const char *path, int mode, int flags) {
  return dcp_faccessat(dirfd, path, mode, flags);
}

DCP_EXPORT int access(const char *path, int mode) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? dcp_native_access(path, mode) : -1;
}

DCP_EXPORT int eaccess(const char *path, int mode) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(eaccess)(path, mode) : -1;
}

DCP_EXPORT int euidaccess(const char *path, int mode) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(euidaccess)(path, mode) : -1;
}

DCP_EXPORT long pathconf(const char *path, int name) {
  return dcp_prepare(AT_FDCWD, path, DCP_PREPARE_FOLLOW) == 0 ? DCP_REAL(pathconf)(path, name) : -1;
}
