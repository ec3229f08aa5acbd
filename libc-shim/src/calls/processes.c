// The exec family: the environment keeps the shim, and a cold tree has ready what the kernel will load.
// May be called in a vfork child, which shares its parent's memory: no allocation, no locks.

#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "../table/region.h"
#include "names.h"
#include "real.h"

enum {
  INTERPRETERS = 5,  // a script's interpreter may be a script: the kernel follows as many
  HEAD_BYTES = 256,  // of a script: BINPRM_BUF_SIZE
};

static void *map(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

// A mapping that a vfork child made stays in its parent when the exec succeeds: only for huge environments.
int dcp_pass_environment(struct dcp_passed *passed, char *const envp[], size_t room, void *stack) {
  *passed = (struct dcp_passed){.envp = envp};
  if (room == 0) return 0;
  if (stack == NULL) {
    stack = passed->mapping = map(room);
    passed->mapping_size = room;
    if (stack == NULL) return -1;
  }
  passed->envp = dcp_environment_build(envp, stack);
  return 0;
}

void dcp_passed_release(struct dcp_passed *passed) {
  if (passed->mapping == NULL) return;
  int error = errno;
  munmap(passed->mapping, passed->mapping_size);
  errno = error;
}

// The next element of a list separated by colons or spaces; false at the end, and for what is no path by its length.
static bool next_element(const char **list, const char *separators, char element[static PATH_MAX]) {
  while (*list != NULL && **list != '\0') {
    size_t length = strcspn(*list, separators);
    const char *start = *list;
    *list += length + (start[length] != '\0');
    if (length == 0 || length >= PATH_MAX) continue;
    memcpy(element, start, length);
    element[length] = '\0';
    return true;
  }
  return false;
}

bool dcp_list_touches_tree(const char *list) {
  char element[PATH_MAX];
  while (next_element(&list, ":", element)) {
    if (dcp_path_is_ours(AT_FDCWD, element)) return true;
  }
  return false;
}

static bool unanswered(int error) { return error == EIO || error == EPROTO; }

static int ask_exec(int dirfd, const char *path, const char *libraries) {
  struct dcp_request request = {
      .operation = DCP_OP(PREPARE),
      .directory = dirfd,
      .path = path,
      .prepare = DCP_PREPARE_EXEC | DCP_PREPARE_CONTENT,
      .payload = libraries,
      .payload_length = libraries == NULL ? 0 : strlen(libraries),
  };
  return dcp_tell(&request) < 0 && unanswered(errno) ? -1 : 0;
}

// The interpreter that a script outside the tree names, if it is in the tree. False: none.
static bool tree_interpreter(int dirfd, const char *path, char interpreter[static HEAD_BYTES]) {
  long fd = dcp_kernel(SYS_openat, dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (fd < 0) return false;
  char head[HEAD_BYTES];
  long got = dcp_kernel(SYS_pread64, fd, head, sizeof head - 1, 0);
  dcp_kernel(SYS_close, fd);
  if (got < 3 || head[0] != '#' || head[1] != '!') return false;
  head[got] = '\0';
  const char *start = head + 2 + strspn(head + 2, " \t");
  size_t length = strcspn(start, " \t\n");
  memcpy(interpreter, start, length);
  interpreter[length] = '\0';
  return length > 0;
}

int dcp_exec_ready(int dirfd, const char *path, char *const envp[]) {
  if (!dcp_attached() || !dcp_region_cold() || path == NULL) return 0;
  int before = errno;
  char element[PATH_MAX];
  const char *preloads = dcp_environment_value(envp, "LD_PRELOAD");
  while (next_element(&preloads, ": ", element)) {
    if (dcp_path_is_ours(AT_FDCWD, element) && dcp_ready(AT_FDCWD, element, DCP_PREPARE_EXEC) < 0) return -1;
  }
  const char *libraries = dcp_environment_value(envp, "LD_LIBRARY_PATH");
  bool ask = dcp_path_is_ours(dirfd, path) || dcp_list_touches_tree(libraries);
  char interpreter[HEAD_BYTES];
  for (int depth = 0; !ask && depth < INTERPRETERS && tree_interpreter(dirfd, path, interpreter); depth++) {
    dirfd = AT_FDCWD;
    path = interpreter;
    ask = dcp_path_is_ours(dirfd, path);
  }
  if (ask && ask_exec(dirfd, path, libraries) < 0) return -1;
  errno = before;
  return 0;
}

int dcp_exec_passed(const char *path, char *const argv[], char *const passed[]) {
  if (dcp_exec_ready(AT_FDCWD, path, passed) < 0) return -1;
  return DCP_REAL(execve)(path, argv, passed);
}

// /bin/sh PATH ARGV[1]...: exec(3) for a file that the kernel refuses with ENOEXEC.
static int exec_script(const char *path, char *const argv[], char *const passed[]) {
  size_t count = 0;
  while (argv[count] != NULL) count++;
  size_t bytes = (count + 3) * sizeof(char *);
  void *mapping = bytes > DCP_STACK_ROOM ? map(bytes) : NULL;
  char **list = mapping != NULL ? mapping : bytes > DCP_STACK_ROOM ? NULL : __builtin_alloca(bytes);
  if (list == NULL) return -1;
  list[0] = (char *)"/bin/sh";
  list[1] = (char *)path;
  list[2] = NULL;
  if (count > 1) memcpy(list + 2, argv + 1, count * sizeof *list);
  dcp_exec_passed(list[0], list, passed);
  if (mapping != NULL) {
    int error = errno;
    munmap(mapping, bytes);
    errno = error;
  }
  return -1;
}

static int exec_or_script(const char *path, char *const argv[], char *const passed[], bool script) {
  dcp_exec_passed(path, argv, passed);
  if (errno == ENOEXEC && script) exec_script(path, argv, passed);
  return -1;
}

// Which errors let the search go on to the next directory: as glibc's execvpe.
static bool goes_on(int error) {
  return error == EACCES || error == ENOENT || error == ESTALE || error == ENOTDIR || error == ENODEV ||
         error == ETIMEDOUT;
}

int dcp_exec_search(const char *file, char *const argv[], char *const passed[], bool script) {
  if (*file == '\0') {
    errno = ENOENT;
    return -1;
  }
  if (strchr(file, '/') != NULL) return exec_or_script(file, argv, passed, script);
  const char *path = getenv("PATH");
  if (path == NULL) path = "/bin:/usr/bin";  // confstr(_CS_PATH)
  size_t file_length = strlen(file);
  if (file_length > NAME_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  char candidate[PATH_MAX + NAME_MAX + 2];
  bool refused = false;
  for (const char *at = path;; at++) {
    size_t length = strcspn(at, ":");
    if (length < PATH_MAX) {
      char *end = mempcpy(candidate, at, length);
      if (length > 0) *end++ = '/';
      memcpy(end, file, file_length + 1);
      exec_or_script(candidate, argv, passed, script);
      if (!goes_on(errno)) return -1;
      refused |= errno == EACCES;
    } else {
      errno = ENOENT;
    }
    at += length;
    if (*at == '\0') break;
  }
  if (refused) errno = EACCES;
  return -1;
}

int dcp_execve(const char *path, char *const argv[], char *const envp[]) {
  struct dcp_passed passed;
  if (DCP_PASS(&passed, envp) < 0) return -1;
  dcp_exec_passed(path, argv, passed.envp);
  dcp_passed_release(&passed);
  return -1;
}

static int search(const char *file, char *const argv[], char *const envp[]) {
  struct dcp_passed passed;
  if (DCP_PASS(&passed, envp) < 0) return -1;
  dcp_exec_search(file, argv, passed.envp, true);
  dcp_passed_release(&passed);
  return -1;
}

int dcp_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) {
  struct dcp_passed passed;
  if (DCP_PASS(&passed, envp) < 0) return -1;
  if ((path != NULL && dcp_page_is_readable(path) && path[0] == '\0') || dcp_exec_ready(dirfd, path, passed.envp) == 0)
    DCP_REAL(execveat)(dirfd, path, argv, passed.envp, flags);
  dcp_passed_release(&passed);
  return -1;
}

DCP_EXPORT int execve(const char *path, char *const argv[], char *const envp[]) { return dcp_execve(path, argv, envp); }

DCP_EXPORT int execv(const char *path, char *const argv[]) { return dcp_execve(path, argv, environ); }

DCP_EXPORT int execvp(const char *file, char *const argv[]) { return search(file, argv, environ); }

DCP_EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) { return search(file, argv, envp); }

DCP_EXPORT int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) {
  return dcp_execveat(dirfd, path, argv, envp, flags);
}

// The file's contents are there, for it is open. Its interpreter and libraries are found by its name, if it has one
// still.
DCP_EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
  struct dcp_passed passed;
  if (DCP_PASS(&passed, envp) < 0) return -1;
  char link[32], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long length =
      dcp_attached() && dcp_region_cold() ? dcp_kernel(SYS_readlinkat, AT_FDCWD, link, path, sizeof path) : -1;
  if (length > 0 && length < (long)sizeof path) {
    path[length] = '\0';
    if (dcp_exec_ready(AT_FDCWD, path, passed.envp) < 0) goto done;
  }
  DCP_REAL(fexecve)(fd, argv, passed.envp);
done:
  dcp_passed_release(&passed);
  return -1;
}

// The arguments FIRST... up to NULL, on the caller's stack; LIST is left at what follows the NULL. FIRST itself may be
// NULL, though its declaration lets the compiler believe otherwise: the asm makes it forget.
#define COLLECT(argv, list, first)                                                        \
  const char *at_ = (first);                                                              \
  __asm__("" : "+r"(at_));                                                                \
  size_t count_ = 0;                                                                      \
  va_start(list, first);                                                                  \
  for (const char *one_ = at_; one_ != NULL; count_++) one_ = va_arg(list, const char *); \
  va_end(list);                                                                           \
  char **argv = __builtin_alloca((count_ + 1) * sizeof *argv);                            \
  va_start(list, first);                                                                  \
  argv[0] = (char *)at_;                                                                  \
  for (size_t i_ = 1; i_ <= count_; i_++) argv[i_] = va_arg(list, char *)

DCP_EXPORT int execl(const char *path, const char *first, ...) {
  va_list list;
  COLLECT(argv, list, first);
  va_end(list);
  return dcp_execve(path, argv, environ);
}

DCP_EXPORT int execlp(const char *file, const char *first, ...) {
  va_list list;
  COLLECT(argv, list, first);
  va_end(list);
  return search(file, argv, environ);
}

DCP_EXPORT int execle(const char *path, const char *first, ...) {
  va_list list;
  COLLECT(argv, list, first);
  char *const *envp = va_arg(list, char *const *);
  va_end(list);
  return dcp_execve(path, argv, envp);
}
