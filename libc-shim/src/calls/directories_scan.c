// scandir and scandirat, for streams of the tree and of libc alike.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "directories.h"
#include "real.h"

struct entries {
  struct dirent **list;
  size_t count, capacity;
};

static void drop(struct entries *entries) {
  for (size_t i = 0; i < entries->count; i++) free(entries->list[i]);
  free(entries->list);
}

// 0, or -1 ENOMEM.
static int add(struct entries *entries, const struct dirent *entry) {
  if (entries->count == entries->capacity) {
    size_t capacity = entries->capacity == 0 ? 32 : 2 * entries->capacity;
    struct dirent **list = reallocarray(entries->list, capacity, sizeof *list);
    if (list == NULL) return -1;
    entries->list = list;
    entries->capacity = capacity;
  }
  struct dirent *copy = malloc(entry->d_reclen);
  if (copy == NULL) return -1;
  entries->list[entries->count++] = memcpy(copy, entry, entry->d_reclen);
  return 0;
}

typedef int (*untyped_order)(const void *, const void *);

DCP_EXPORT int scandirat(int dirfd, const char *restrict path, struct dirent ***restrict list,
                         int (*select)(const struct dirent *),
                         int (*compare)(const struct dirent **, const struct dirent **)) {
  DIR *stream = dcp_opendirat(dirfd, path);
  if (stream == NULL) return -1;
  int before = errno;
  struct entries entries = {0};
  int error = 0;
  for (;;) {
    errno = 0;  // also after select, which may set it
    const struct dirent *entry = dcp_readdir(stream);
    if (entry == NULL) {
      error = errno;
      break;
    }
    if ((select == NULL || select(entry) != 0) && add(&entries, entry) < 0) {
      error = ENOMEM;
      break;
    }
  }
  dcp_closedir(stream);
  if (error != 0) {
    drop(&entries);
    errno = error;
    return -1;
  }
  if (compare != NULL && entries.count > 1)
    qsort(entries.list, entries.count, sizeof *entries.list, (untyped_order)(void (*)(void))compare);
  *list = entries.list;
  errno = before;
  return (int)entries.count;
}

DCP_EXPORT int scandir(const char *restrict path, struct dirent ***restrict list, int (*select)(const struct dirent *),
                       int (*compare)(const struct dirent **, const struct dirent **)) {
  return scandirat(AT_FDCWD, path, list, select, compare);
}

DCP_EXPORT int scandirat64(int dirfd, const char *restrict path, struct dirent64 ***restrict list,
                           int (*select)(const struct dirent64 *),
                           int (*compare)(const struct dirent64 **, const struct dirent64 **))
    __attribute__((alias("scandirat")));

DCP_EXPORT int scandir64(const char *restrict path, struct dirent64 ***restrict list,
                         int (*select)(const struct dirent64 *),
                         int (*compare)(const struct dirent64 **, const struct dirent64 **))
    __attribute__((alias("scandir")));
