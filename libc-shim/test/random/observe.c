/*
 * Attributes in a form that may be compared: inodes by the order in which they were first seen, times by how they stand
 * to what was seen of the same inode before. An inode is known by its kernel's handle, since numbers are given out
 * again.
 */
#include "ops.h"

#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>

#define TABLE (1u << 18)
#define HANDLE_BYTES 48
#define DAY 86400

struct inode {
  bool used, preallocated;
  unsigned ordinal, length;
  unsigned char handle[HANDLE_BYTES];
  dev_t dev;
  ino_t ino;
  struct timespec mtime, ctime, btime;
};

static struct {
  unsigned count;
  struct inode inodes[TABLE];
} * seen;
static dev_t work_dev, elsewhere_dev;

void observe_begin(void) {
  struct stat st;
  seen = shared_memory(sizeof *seen);
  if (stat(work, &st) == 0) work_dev = st.st_dev;
  if (elsewhere[0] && stat(elsewhere, &st) == 0) elsewhere_dev = st.st_dev;
}

/* By the kernel itself, whatever is preloaded. */
static long kernel_handle(int dir, const char *path, void *handle, int *mount, int flags) {
  long result;
  register long r10 __asm__("r10") = (long)mount;
  register long r8 __asm__("r8") = flags;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_name_to_handle_at), "D"(dir), "S"(path), "d"(handle), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

/* What is known of the inode; NULL if it cannot be named. */
static struct inode *inode_of(int dir, const char *path, int flags) {
  union {
    struct file_handle head;
    unsigned char bytes[sizeof(struct file_handle) + HANDLE_BYTES];
  } handle;
  int mount;
  memset(&handle, 0, sizeof handle);
  handle.head.handle_bytes = HANDLE_BYTES;
  int how = (flags & AT_SYMLINK_NOFOLLOW ? 0 : AT_SYMLINK_FOLLOW) | (flags & AT_EMPTY_PATH);
  if (kernel_handle(dir, path, &handle, &mount, how) != 0) return NULL;
  unsigned length = handle.head.handle_bytes;
  unsigned char *bytes = handle.bytes + sizeof(struct file_handle);
  uint64_t hash = 1469598103934665603u;
  for (unsigned i = 0; i < length; i++) hash = (hash ^ bytes[i]) * 1099511628211u;
  for (unsigned at = (unsigned)(hash >> 20) % TABLE;; at = (at + 1) % TABLE) {
    struct inode *inode = &seen->inodes[at];
    if (inode->used && inode->length == length && memcmp(inode->handle, bytes, length) == 0) return inode;
    if (inode->used) continue;
    if (seen->count >= TABLE - 2) return NULL;
    inode->used = true;
    inode->ordinal = seen->count++;
    inode->length = length;
    memcpy(inode->handle, bytes, length);
    return inode;
  }
}

static int order(struct timespec a, struct timespec b) {
  if (a.tv_sec != b.tv_sec) return a.tv_sec < b.tv_sec ? -1 : 1;
  return a.tv_nsec == b.tv_nsec ? 0 : a.tv_nsec < b.tv_nsec ? -1 : 1;
}

static char sign(struct timespec now, struct timespec before) { return "-=+"[order(now, before) + 1]; }

/* A time that was set is far from today. */
static bool is_set(struct timespec t) {
  time_t now = time(NULL);
  return t.tv_sec < now - DAY || t.tv_sec > now + DAY;
}

static void say_time(char name, struct timespec now, struct timespec before, bool first) {
  if (is_set(now)) {
    say(" %c%lld.%09ld", name, (long long)now.tv_sec, now.tv_nsec);
  } else {
    say(" %c%c", name, first ? '*' : sign(now, before));
  }
}

static void say_attributes(const struct stat *st, struct inode *inode) {
  static const char types[] = "?pc?d?b?-?l?s???";
  say(" {");
  if (inode == NULL) {
    say("#?");
  } else {
    say("#%u", inode->ordinal);
  }
  say(" %c%04o %lu %u:%u", types[(st->st_mode & S_IFMT) >> 12], st->st_mode & 07777, (unsigned long)st->st_nlink,
      st->st_uid, st->st_gid);
  if (!S_ISDIR(st->st_mode)) say(" %lld", (long long)st->st_size);
  if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) say(" %u,%u", major(st->st_rdev), minor(st->st_rdev));
  if (st->st_dev == elsewhere_dev) {
    say(" @E");
  } else if (st->st_dev != work_dev) {
    say(" dev?");
  }
  if (inode != NULL) {
    bool first = inode->ino == 0;
    if (!first && (inode->ino != st->st_ino || inode->dev != st->st_dev)) say(" OTHER-IDENTITY");
    bool in_steps =
        st->st_dev == elsewhere_dev; /* a tmpfs: whether its clock ticked between two operations is chance */
    if (!in_steps || is_set(st->st_mtim)) say_time('m', st->st_mtim, inode->mtime, first);
    if (!in_steps) say_time('c', st->st_ctim, inode->ctime, first);
    if (!is_set(st->st_mtim) && order(st->st_mtim, st->st_ctim) > 0) say(" m>c");
    inode->ino = st->st_ino;
    inode->dev = st->st_dev;
    inode->mtime = st->st_mtim;
    inode->ctime = st->st_ctim;
  }
  say("}");
}

/* statx as stat has it; its mask and the birth time are looked at on the way. */
static int by_statx(int dir, const char *path, int flags, struct stat *st) {
  struct statx x;
  if (statx(dir, path, flags, STATX_BASIC_STATS | STATX_BTIME, &x) != 0) return -1;
  memset(st, 0, sizeof *st);
  st->st_mode = x.stx_mode;
  st->st_nlink = x.stx_nlink;
  st->st_uid = x.stx_uid;
  st->st_gid = x.stx_gid;
  st->st_size = (off_t)x.stx_size;
  st->st_ino = x.stx_ino;
  st->st_dev = makedev(x.stx_dev_major, x.stx_dev_minor);
  st->st_rdev = makedev(x.stx_rdev_major, x.stx_rdev_minor);
  st->st_mtim = (struct timespec){x.stx_mtime.tv_sec, x.stx_mtime.tv_nsec};
  st->st_ctim = (struct timespec){x.stx_ctime.tv_sec, x.stx_ctime.tv_nsec};
  struct inode *inode = inode_of(dir, path, flags);
  struct timespec birth = {x.stx_btime.tv_sec, x.stx_btime.tv_nsec};
  say(" mask %#x", x.stx_mask);
  if (inode != NULL && (x.stx_mask & STATX_BTIME)) {
    if (inode->btime.tv_sec != 0 && order(inode->btime, birth) != 0) say(" OTHER-BIRTH");
    if (order(birth, st->st_ctim) > 0) say(" BORN-AFTER-CHANGE");
    inode->btime = birth;
  }
  return 0;
}

void observe_path(int dir, const char *path, int flags) {
  struct stat st;
  int result;
  switch (roll(4)) {
    case 0:
      result = by_statx(dir, path, flags, &st);
      break;
    case 1:
      if (dir == AT_FDCWD && (flags & ~AT_SYMLINK_NOFOLLOW) == 0) {
        result = flags ? lstat(path, &st) : stat(path, &st);
        break;
      } /* fall through */
    default:
      result = fstatat(dir, path, &st, flags);
  }
  if (result != 0) {
    say(" {%s}", error_name(errno));
  } else {
    say_attributes(&st, inode_of(dir, path, flags));
  }
}

void observe_fd(int fd) {
  struct stat st;
  if (chance(30)) {
    observe_path(fd, "", AT_EMPTY_PATH);
  } else if (fstat(fd, &st) != 0) {
    say(" {%s}", error_name(errno));
  } else {
    say_attributes(&st, inode_of(fd, "", AT_EMPTY_PATH));
  }
}

void observe_place(const struct place *place) {
  if (place->path == no_memory) return;
  unsigned kind = roll(10);
  if (kind < 6) observe_path(place->dir, place->path, kind < 4 ? AT_SYMLINK_NOFOLLOW : 0);
  if (kind < 4 || kind == 9) return;
  char parent[sizeof place->text];
  strcpy(parent, place->text);
  char *slash = strrchr(parent, '/');
  if (slash == NULL) {
    strcpy(parent, ".");
  } else {
    slash[1] = '\0';
  }
  say(" in");
  observe_path(place->dir, parent, 0);
}

void observe_atime(int dir, const char *path, int flags) {
  struct stat st;
  /* That of a link in /proc moves when it is read, and the library reads it. */
  if ((flags & AT_SYMLINK_NOFOLLOW) && (strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/fd", 7) == 0)) return;
  if (fstatat(dir, path, &st, flags) == 0 && is_set(st.st_atim))
    say(" a%lld.%09ld", (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec);
}

void observe_contents(int dir, const char *path) {
  static char bytes[256 << 10];
  if (would_block(dir, path)) return;
  int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    say(" <%s>", error_name(errno));
    return;
  }
  ssize_t n = read(fd, bytes, sizeof bytes);
  if (n < 0) {
    say(" <%s>", error_name(errno));
  } else {
    say(" ");
    say_hash(bytes, (size_t)n);
  }
  close(fd);
}

void observe_preallocated(int fd) {
  struct inode *inode = inode_of(fd, "", AT_EMPTY_PATH);
  if (inode != NULL) inode->preallocated = true;
}

bool observed_as_preallocated(int fd) {
  struct inode *inode = inode_of(fd, "", AT_EMPTY_PATH);
  return inode == NULL || inode->preallocated;
}
