/*
 * What the C cases of the differential runner share. A case prints what calls answer: values that may
 * differ between a local file system and the tree (inode numbers, device numbers, times) are compared
 * inside the case and only the outcome is printed. Nothing here may be buffered across fork().
 */
#ifndef DCP_DIFFERENTIAL_CASE_H
#define DCP_DIFFERENTIAL_CASE_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* Prints "expression = value [errno]" and is the value. */
#define SHOW(expression)                    \
  ({                                        \
    errno = 0;                              \
    long shown_ = (long)(expression);       \
    show_value(#expression, shown_, errno); \
    shown_;                                 \
  })

/* The same for pointers, whose values do not matter; the expression's value is the pointer. */
#define SHOW_POINTER(expression)                      \
  ({                                                  \
    errno = 0;                                        \
    __typeof__(expression) shown_ = (expression);     \
    show_pointer(#expression, shown_ != NULL, errno); \
    shown_;                                           \
  })

/* Prints "condition: yes" or "no". */
#define TRUTH(condition) printf("%s: %s\n", #condition, (condition) ? "yes" : "no")

/* Ends the case as broken if a step that only prepares it fails. */
#define MUST(expression)                                                           \
  ({                                                                               \
    long must_ = (long)(expression);                                               \
    if (must_ == -1) {                                                             \
      fprintf(stderr, "cannot prepare: %s: %s\n", #expression, errno_name(errno)); \
      _exit(99);                                                                   \
    }                                                                              \
    must_;                                                                         \
  })

__attribute__((constructor)) static void print_at_once(void) { setvbuf(stdout, NULL, _IONBF, 0); }

static inline const char *errno_name(int error) {
  const char *name = strerrorname_np(error);
  return name ? name : "unknown";
}

static inline void show_value(const char *text, long value, int error) {
  if (value < 0) {
    printf("%s = %ld %s\n", text, value, errno_name(error));
  } else {
    printf("%s = %ld\n", text, value);
  }
  errno = error;
}

static inline void show_pointer(const char *text, bool there, int error) {
  if (there) {
    printf("%s = pointer\n", text);
  } else {
    printf("%s = NULL %s\n", text, errno_name(error));
  }
  errno = error;
}

/* Ends the case as one that cannot run here. */
static inline _Noreturn void skip(const char *reason) {
  printf("skip: %s\n", reason);
  _exit(77);
}

/* Creates a file that holds the text, or replaces its contents. */
static inline void put(const char *path, const char *text) {
  int fd = MUST(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
  size_t length = strlen(text);
  if (write(fd, text, length) != (ssize_t)length) {
    fprintf(stderr, "cannot prepare: write %s\n", path);
    _exit(99);
  }
  MUST(close(fd));
}

/* The contents of a small file, in a buffer that the next call reuses. */
static inline const char *get(const char *path) {
  static char text[65536];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    snprintf(text, sizeof text, "<%s>", errno_name(errno));
    return text;
  }
  ssize_t length = read(fd, text, sizeof text - 1);
  text[length < 0 ? 0 : length] = '\0';
  close(fd);
  return text;
}

static inline void show_contents(const char *path) { printf("%s holds \"%s\"\n", path, get(path)); }

static inline const char *type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "symlink";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    case S_IFCHR:
      return "character device";
    case S_IFBLK:
      return "block device";
    default:
      return "unknown";
  }
}

/* Prints what lstat says and a local file system would say too; sizes of directories differ. */
static inline void show_file(const char *path) {
  struct stat st;
  if (lstat(path, &st) != 0) {
    printf("%s: %s\n", path, errno_name(errno));
    return;
  }
  printf("%s: %s mode %04o links %lu owner %u:%u", path, type_name(st.st_mode), st.st_mode & 07777,
         (unsigned long)st.st_nlink, st.st_uid, st.st_gid);
  if (!S_ISDIR(st.st_mode)) printf(" size %lld", (long long)st.st_size);
  printf("\n");
}

static inline struct stat stat_of(const char *path) {
  struct stat st;
  MUST(lstat(path, &st));
  return st;
}

static inline int compare_times(struct timespec a, struct timespec b) {
  if (a.tv_sec != b.tv_sec) return a.tv_sec < b.tv_sec ? -1 : 1;
  return a.tv_nsec == b.tv_nsec ? 0 : a.tv_nsec < b.tv_nsec ? -1 : 1;
}

/* Waits until the clock that file systems stamp with has moved on. */
static inline void tick(void) {
  struct timespec start, now;
  clock_gettime(CLOCK_REALTIME_COARSE, &start);
  do {
    sched_yield();
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
  } while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < 12000000L);
}

/* Waits for a child and prints how it ended. */
static inline void reap(pid_t pid) {
  int status;
  if (waitpid(pid, &status, 0) != pid) {
    printf("child: %s\n", errno_name(errno));
  } else if (WIFSIGNALED(status)) {
    printf("child: killed by %s\n", sigabbrev_np(WTERMSIG(status)));
  } else {
    printf("child: exit %d\n", WEXITSTATUS(status));
  }
}

/* Runs the function in a forked child and waits for it. */
static inline void in_child(void (*act)(void)) {
  pid_t pid = MUST(fork());
  if (pid == 0) {
    act();
    _exit(0);
  }
  reap(pid);
}

/* Runs the function in a forked child as the user 65534, without further groups. */
static inline void as_other(void (*act)(void)) {
  pid_t pid = MUST(fork());
  if (pid == 0) {
    MUST(setgroups(0, NULL));
    MUST(setgid(65534));
    MUST(setuid(65534));
    act();
    _exit(0);
  }
  reap(pid);
}

static inline int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Prints the names in a directory, sorted, with their types. */
static inline void show_directory(const char *path) {
  DIR *dir = opendir(path);
  if (dir == NULL) {
    printf("%s: %s\n", path, errno_name(errno));
    return;
  }
  char *lines[512];
  size_t count = 0;
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL && count < 512) {
    char line[300];
    snprintf(line, sizeof line, "%s(%s)", entry->d_name, type_name(DTTOIF(entry->d_type)));
    lines[count++] = strdup(line);
  }
  closedir(dir);
  qsort(lines, count, sizeof *lines, by_text);
  printf("%s:", path);
  for (size_t i = 0; i < count; i++) {
    printf(" %s", lines[i]);
    free(lines[i]);
  }
  printf("\n");
}

/* The main of a case in two parts, with a cold start of the tree between them ("parts: cold start between"). */
#define PARTS(prepare, use)                             \
  int main(int argc, char **argv) {                     \
    if (argc == 2 && strcmp(argv[1], "prepare") == 0) { \
      prepare();                                        \
    } else {                                            \
      use();                                            \
    }                                                   \
    return 0;                                           \
  }

/* Prints what fcntl says of a descriptor. */
static inline void show_descriptor(const char *name, int fd) {
  printf("%s: descriptor flags %d, status flags %#o\n", name, fcntl(fd, F_GETFD), fcntl(fd, F_GETFL));
}

static inline const char *outside(void) {
  const char *path = getenv("CASE_OUTSIDE");
  if (path == NULL) skip("CASE_OUTSIDE is not set");
  return path;
}

#endif
