/*
 * What operations work on: a few descriptors, the working directory, the user. ".." must never lead out of the
 * directory that was given: work lies CHAIN directories below it, a path has at most three "..", a link at most one, a
 * resolution follows at most 40 links; so a start that is at least CHAIN - SLACK deep is safe, and state_guard() sees
 * to that.
 */
#include "ops.h"

#include <grp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define CHAIN 64
#define SLACK 12

int slots[SLOTS];
char work[PATH_MAX];
char elsewhere[PATH_MAX];
char base[PATH_MAX];
char elsewhere_base[PATH_MAX];
bool privileged;
void *no_memory;
bool state_moved;
unsigned *rewound;

static size_t work_floor, elsewhere_floor; /* how much of the path a safe directory's path has in common */

static void fail(const char *what) {
  fprintf(stderr, "random-ops: %s: %s\n", what, strerror(errno));
  exit(2);
}

static void make_chain(char *path, char *start, const char *directory, size_t *floor) {
  if (realpath(directory, path) == NULL) fail(directory);
  strcpy(start, path);
  for (int depth = 0; depth < CHAIN; depth++) {
    strcat(path, "/p");
    if (mkdir(path, 0755) != 0) fail(path);
    if (depth == CHAIN - SLACK) *floor = strlen(path);
  }
  strcat(path, "/work");
  if (mkdir(path, 0777) != 0 || chmod(path, 0777) != 0) fail(path);
}

void state_begin(const char *directory, const char *outside) {
  privileged = geteuid() == 0;
  no_memory = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  rewound = shared_memory(sizeof *rewound);
  for (unsigned i = 0; i < SLOTS; i++) slots[i] = -1;
  umask(0);
  make_chain(work, base, directory, &work_floor);
  if (outside != NULL) make_chain(elsewhere, elsewhere_base, outside, &elsewhere_floor);
  umask(022);
  if (chdir(work) != 0) fail(work);
}

/* By the kernel itself, whatever is preloaded. */
static long kernel_readlink(const char *path, char *text, size_t size) {
  long result;
  register long r10 __asm__("r10") = (long)size;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(SYS_readlinkat), "D"(AT_FDCWD), "S"(path), "d"(text), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

static bool is_safe(const char *link) {
  char path[PATH_MAX];
  long length = kernel_readlink(link, path, sizeof path - 1);
  if (length < 0) return true;
  path[length] = '\0';
  return path[0] != '/' || strncmp(path, work, work_floor) == 0 ||
         (elsewhere_floor != 0 && strncmp(path, elsewhere, elsewhere_floor) == 0);
}

/* As root: the effective user may be kept out. */
static void go_home(void) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  gid_t groups[16];
  int count = getgroups(COUNT_OF(groups), groups);
  become_root();
  if (chdir(work) != 0) _exit(2); /* a child that is nobody's root any more */
  become(uid, gid, count < 0 ? 0 : (size_t)count, groups);
}

void state_guard(void) {
  if (!state_moved) return;
  state_moved = false;
  if (!is_safe("/proc/self/cwd")) {
    say(" guard:cwd");
    go_home();
  }
  for (unsigned i = 0; i < SLOTS; i++) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", slots[i]);
    if (slots[i] < 0 || is_safe(link)) continue;
    say(" guard:%u", i);
    slot_put(i, -1);
  }
}

void slot_put(unsigned slot, int fd) {
  if (slots[slot] >= 0) close(slots[slot]);
  slots[slot] = fd;
  state_moved = true;
}

bool rewind_directory(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode)) return false;
  lseek(fd, 0, SEEK_SET);
  ++*rewound;
  return true;
}

int choose_slot(void) {
  unsigned slot = roll(SLOTS);
  for (unsigned tries = 0; tries < SLOTS && slots[slot] < 0; tries++) slot = (slot + 1) % SLOTS;
  return (int)slot;
}

int choose_fd(void) {
  if (chance(3)) {
    static const int odd[] = {-1, 9999, AT_FDCWD, INT_MAX, INT_MIN};
    int fd = PICK(odd);
    say("fd %d", fd);
    return fd;
  }
  int slot = choose_slot();
  say("s%d", slot);
  return slots[slot];
}

int choose_data_fd(void) {
  int fd = choose_fd();
  rewind_directory(fd);
  return fd;
}

void become_root(void) {
  if (!privileged) return;
  if (geteuid() != 0 && seteuid(0) != 0) _exit(2);
  if (getegid() != 0 && setegid(0) != 0) _exit(2);
  if (setgroups(0, NULL) != 0) _exit(2);
}

void become(uid_t uid, gid_t gid, size_t groups, const gid_t *list) {
  if (!privileged) return;
  become_root();
  if (setgroups(groups, list) != 0 || setegid(gid) != 0 || seteuid(uid) != 0) _exit(2);
}
