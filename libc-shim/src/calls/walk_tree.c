#include "walk_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "directories.h"

void dcp_names_drop(struct names *names) {
  for (size_t i = 0; i < names->count; i++) free(names->list[i]);
  free(names->list);
  *names = (struct names){0};
}

static int add(struct names *names, const struct dirent *entry) {
  if (names->count == names->capacity) {
    size_t capacity = names->capacity == 0 ? 32 : 2 * names->capacity;
    struct dirent **list = reallocarray(names->list, capacity, sizeof *list);
    if (list == NULL) return -1;
    names->list = list;
    names->capacity = capacity;
  }
  struct dirent *copy = malloc(entry->d_reclen);
  if (copy == NULL) return -1;
  names->list[names->count++] = memcpy(copy, entry, entry->d_reclen);
  return 0;
}

int dcp_names_read(struct names *names, DIR *stream, bool dots) {
  *names = (struct names){0};
  int before = errno;
  int error = 0;
  for (;;) {
    errno = 0;
    const struct dirent *entry = dcp_readdir(stream);
    if (entry == NULL) {
      error = errno;
      break;
    }
    if (!dots && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)) continue;
    if (add(names, entry) < 0) {
      error = ENOMEM;
      break;
    }
  }
  if (error == 0) {
    errno = before;
    return 0;
  }
  dcp_names_drop(names);
  errno = error;
  return -1;
}
