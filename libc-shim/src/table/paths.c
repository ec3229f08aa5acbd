// Is a path ours? Two answers are safe: "ours" for anything that might touch the tree (the agent answers NATIVE if it
// does not), "not ours" only when it cannot. A path that is not ours must cost no more than a few comparisons.
//
// Rules: no allocation, no locks, no errno, nothing but string functions and the raw system calls of kernel.h. Symbolic
// links outside of the tree that lead into it are not seen here.
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "../link/kernel.h"
#include "../link/process.h"
#include "newroot.h"
#include "place.h"
#include "readable.h"
#include "region.h"
#include "root.h"

// Bytes of a path that are looked at before its end is known: the root's, and separators before and in it.
#define LOOKED_AT (2 * DCP_ROOT_MAX)

enum cwd { CWD_UNKNOWN, CWD_OUTSIDE, CWD_ABOVE, CWD_INSIDE };

static unsigned char cwd_known;

// Past all but the last slash of "//", "/./" and "/." at the end.
static const char *skip_separators(const char *at) {
  while (at[0] == '/' && (at[1] == '/' || (at[1] == '.' && (at[2] == '/' || at[2] == '\0')))) {
    at += at[1] == '/' ? 1 : 2;
  }
  return at;
}

bool dcp_is_below_root(const char *path) {
  const char *root = dcp_tree_root.path;
  for (;;) {
    path = skip_separators(path);
    if (*path != '/') {
      return false;
    }
    path++;
    root++;
    while (*root != '\0' && *root != '/') {
      if (*path++ != *root++) {
        return false;
      }
    }
    if (*path != '\0' && *path != '/') {
      return false;
    }
    if (*root == '\0') {
      return true;
    }
  }
}

bool dcp_is_above_root(const char *path) {
  size_t length = strlen(path);
  return length == 1 || (length < dcp_tree_root.length && memcmp(path, dcp_tree_root.path, length) == 0 &&
                         dcp_tree_root.path[length] == '/');
}

static bool is_dot_dot(const char *path, const char *at) {
  return at[0] == '.' && at[1] == '.' && (at[2] == '/' || at[2] == '\0') && (at == path || at[-1] == '/');
}

static bool has_dot_dot_bytewise(const char *path) {
  for (const char *at = path; *at != '\0'; at++) {
    if ((uintptr_t)(at + 1) % DCP_PAGE_BYTES == 0 && !dcp_page_is_readable(at + 1)) {
      return false;
    }
    if (is_dot_dot(path, at)) {
      return true;
    }
  }
  return false;
}

// True if ".." is a component. Written out: a call of strchrnul costs more than most paths take here (see native.h).
#if defined(__SSE2__) && !defined(__SANITIZE_ADDRESS__)
// Aligned blocks of 16 bytes: they may reach beyond the path, never into another page.
static bool has_dot_dot(const char *path) {
  if (__builtin_expect(dcp_memory_is_watched, 0)) {
    return has_dot_dot_bytewise(path);
  }
  const __m128i dots = _mm_set1_epi8('.'), ends = _mm_setzero_si128();
  const char *block = (const char *)((uintptr_t)path & ~(uintptr_t)15);
  unsigned wanted = 0xffffU << (path - block);
  for (;; block += 16, wanted = 0xffffU) {
    if ((uintptr_t)block % DCP_PAGE_BYTES == 0 && !dcp_page_is_readable(block)) {
      return false;
    }
    __m128i bytes = _mm_load_si128((const __m128i *)(const void *)block);
    unsigned end = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, ends)) & wanted;
    unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, dots)) & wanted;
    if (end != 0) {
      found &= (end & -end) - 1;  // before the end
    }
    for (; found != 0; found &= found - 1) {
      if (is_dot_dot(path, block + __builtin_ctz(found))) {
        return true;
      }
    }
    if (end != 0) {
      return false;
    }
  }
}
#else
static bool has_dot_dot(const char *path) { return has_dot_dot_bytewise(path); }
#endif

// True if a component of PATH is the last name of the root: without that no path comes in from outside.
static bool names_root(const char *path) {
  size_t length = dcp_tree_root.name_length;
  for (const char *at = path; (at = strstr(at, dcp_tree_root.name)) != NULL; at++) {
    if ((at == path || at[-1] == '/') && (at[length] == '/' || at[length] == '\0')) {
      return true;
    }
  }
  return false;
}

// Reads the link PATH[0..LENGTH) into INTO. False if it cannot be read.
static bool read_link(const char *path, size_t length, char into[PATH_MAX]) {
  char link[64];
  if (length >= sizeof link) {
    return false;
  }
  memcpy(link, path, length);
  link[length] = '\0';
  long got = dcp_kernel(SYS_readlinkat, AT_FDCWD, link, into, PATH_MAX - 1);
  if (got <= 0) {
    return false;
  }
  into[got] = '\0';
  return true;
}

// Written out as has_dot_dot is, and for the same reason.
static size_t component(const char *path) {
  size_t length = 0;
  while (path[length] != '/' && path[length] != '\0') {
    length++;
  }
  return length;
}

// Whether the component at PATH, LENGTH long, is the string literal NAME.
#define IS_COMPONENT(path, length, name) \
  ((length) == sizeof(name) - 1 && __builtin_memcmp((path), (name), sizeof(name) - 1) == 0)

static bool is_process(const char *at, size_t length) {
  if (at[0] < '0' || at[0] > '9') {
    return IS_COMPONENT(at, length, "self") || IS_COMPONENT(at, length, "thread-self");
  }
  for (size_t i = 0; i < length; i++) {
    if (at[i] < '0' || at[i] > '9') {
      return false;
    }
  }
  return true;
}

static const char *next_component(const char *at, size_t length) {
  at += length;
  while (*at == '/') {
    at++;
  }
  return at;
}

// PATH starts with "/proc/": does it go on through a link of the kernel's (cwd, root, exe, fd/N) into the tree?
static bool through_proc(const char *path) {
  const char *at = path + strlen("/proc/");
  size_t length = component(at);
  if (!is_process(at, length)) {
    return false;
  }
  at = next_component(at, length);
  length = component(at);
  if (IS_COMPONENT(at, length, "task")) {  // task/TID/...
    at = next_component(at, length);
    at = next_component(at, component(at));
    length = component(at);
  }
  if (IS_COMPONENT(at, length, "root")) {
    const char *rest = at + length;
    return *rest == '/' && (dcp_is_below_root(rest) || has_dot_dot(rest));
  }
  if (IS_COMPONENT(at, length, "fd")) {
    at = next_component(at, length);
    length = component(at);
    if (length == 0) {
      return false;
    }
  } else if (!IS_COMPONENT(at, length, "cwd") && !IS_COMPONENT(at, length, "exe")) {
    return false;
  }
  char target[PATH_MAX];
  if (!read_link(path, (size_t)(at - path) + length, target)) {
    return false;
  }
  return target[0] == '/' && (dcp_is_below_root(target) || names_root(path));
}

// PATH starts with "/dev/": one of the names of a descriptor?
static bool through_dev(const char *path) {
  const char *at = path + strlen("/dev/");
  if (strncmp(at, "std", 3) == 0) {
    return (strcmp(at + 3, "in") == 0 && dcp_fd_is_tree(0)) || (strcmp(at + 3, "out") == 0 && dcp_fd_is_tree(1)) ||
           (strcmp(at + 3, "err") == 0 && dcp_fd_is_tree(2));
  }
  if (strncmp(at, "fd/", 3) != 0) {
    return false;
  }
  int fd = 0;
  size_t digits = 0;
  for (at += 3; *at >= '0' && *at <= '9' && digits < 9; at++, digits++) {
    fd = fd * 10 + (*at - '0');
  }
  return digits > 0 && (*at == '\0' || *at == '/') && dcp_fd_is_tree(fd);
}

// What is_begun looked at covers every path that means something here.
static bool absolute_is_ours(const char *path) {
  if (__builtin_expect(dcp_root_place_here() != DCP_ROOT_SAME, 0)) {
    return dcp_root_place_here() == DCP_ROOT_IN_TREE;
  }
  if (dcp_is_below_root(path)) {
    return true;
  }
  if (path[1] == 'p' && path[2] == 'r' && strncmp(path, "/proc/", 6) == 0) {
    if (through_proc(path)) {
      return true;
    }
  } else if (path[1] == 'd' && path[2] == 'e' && strncmp(path, "/dev/", 5) == 0) {
    if (dcp_string_is_readable(path) && through_dev(path)) {
      return true;
    }
  }
  return __builtin_expect(has_dot_dot(path), 0) && names_root(path);
}

static enum cwd find_cwd(void) {
  if (dcp_root_place_here() != DCP_ROOT_SAME) {
    return dcp_cwd_is_on_mirror() ? CWD_INSIDE : CWD_OUTSIDE;
  }
  char path[PATH_MAX];
  long got = dcp_kernel(SYS_getcwd, path, sizeof path);
  if (got < 0) {  // removed, or longer than a page
    got = dcp_kernel(SYS_readlinkat, AT_FDCWD, "/proc/self/cwd", path, sizeof path - 1);
    if (got < 0) {
      return CWD_INSIDE;  // the agent will tell
    }
    path[got] = '\0';
  }
  if (path[0] != '/') {
    return CWD_OUTSIDE;  // "(unreachable)"
  }
  if (dcp_is_below_root(path)) {
    return CWD_INSIDE;
  }
  return dcp_is_above_root(path) ? CWD_ABOVE : CWD_OUTSIDE;
}

static enum cwd cwd(void) {
  enum cwd known = __atomic_load_n(&cwd_known, __ATOMIC_RELAXED);
  if (__builtin_expect(known == CWD_UNKNOWN, 0)) {
    known = find_cwd();
    // A vfork child's working directory is its own, but this memory is its parent's.
    if (dcp_process_is_own() && !dcp_threads_are_apart()) {
      __atomic_store_n(&cwd_known, (unsigned char)known, __ATOMIC_RELAXED);
    }
  }
  return known;
}

void dcp_cwd_changed(void) { __atomic_store_n(&cwd_known, CWD_UNKNOWN, __ATOMIC_RELAXED); }

bool dcp_cwd_is_ours(void) { return dcp_attached() && cwd() == CWD_INSIDE; }

// Where a descriptor of a directory outside of the tree points to: above the root?
static bool fd_is_above(int fd) {
  char link[32] = "/proc/self/fd/";
  char digits[12];
  size_t count = 0, at = strlen(link);
  for (unsigned rest = (unsigned)fd; count == 0 || rest != 0; rest /= 10) {
    digits[count++] = (char)('0' + rest % 10);
  }
  while (count > 0) {
    link[at++] = digits[--count];
  }
  char target[PATH_MAX];
  return read_link(link, at, target) && target[0] == '/' && dcp_is_above_root(target);
}

static bool relative_is_ours(int dirfd, const char *path) {
  if (dirfd == AT_FDCWD) {
    enum cwd where = cwd();
    return where == CWD_INSIDE ||
           (dcp_root_place_here() == DCP_ROOT_SAME &&
            (has_dot_dot(path) || (where == CWD_ABOVE && dcp_string_is_readable(path))) && names_root(path));
  }
  if (dcp_fd_is_tree(dirfd)) {
    return true;
  }
  return dirfd >= 0 && dcp_root_place_here() == DCP_ROOT_SAME && dcp_string_is_readable(path) && names_root(path) &&
         (has_dot_dot(path) || fd_is_above(dirfd));
}

// Whether as much of PATH may be read as is looked at before its end is known.
static bool is_begun(const char *path) {
  size_t in_page = DCP_PAGE_BYTES - (uintptr_t)path % DCP_PAGE_BYTES;
  return dcp_page_is_readable(path) && (in_page > LOOKED_AT || dcp_string_is_readable(path));
}

bool dcp_path_is_ours(int dirfd, const char *path) {
  enum dcp_attachment state = __atomic_load_n(&dcp_tree_root.state, __ATOMIC_ACQUIRE);
  if (__builtin_expect(state != DCP_ATTACHED, 0)) {
    if (state == DCP_OUTSIDE || !dcp_attached()) {
      return false;
    }
  }
  if (__builtin_expect(!is_begun(path), 0)) {
    return false;  // EFAULT, from the native call
  }
  return path[0] == '/' ? absolute_is_ours(path) : relative_is_ours(dirfd, path);
}

int dcp_prepare(int dirfd, const char *path, uint32_t prepare) {
  if (!dcp_path_is_ours(dirfd, path) || !dcp_region_cold()) {
    return 0;
  }
  struct dcp_request request = {.operation = DCP_OP(PREPARE), .directory = dirfd, .path = path, .prepare = prepare};
  return dcp_tell(&request) < 0 ? -1 : 0;
}
