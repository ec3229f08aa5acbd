/* The whole tree at a moment, in the order of names: attributes, contents, targets, extended attributes. */
#include "ops.h"

#include <dirent.h>
#include <sys/xattr.h>

#define MOST_ENTRIES 600

static unsigned entries;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void survey_xattrs(const char *path) {
  char names[8192], value[65536];
  ssize_t length = llistxattr(path, names, sizeof names);
  char *list[256];
  size_t count = 0;
  for (ssize_t at = 0; at < length && count < COUNT_OF(list); at += (ssize_t)strlen(names + at) + 1)
    list[count++] = names + at;
  qsort(list, count, sizeof *list, by_name);
  for (size_t i = 0; i < count; i++) {
    ssize_t size = lgetxattr(path, list[i], value, sizeof value);
    say(" ");
    say_text(list[i]);
    if (size < 0) {
      say(":%s", error_name(errno));
    } else {
      say_hash(value, (size_t)size);
    }
  }
}

static void survey_entry(const char *path, unsigned char type, ino_t ino) {
  char target[PATH_MAX];
  struct stat st;
  say("\n  ");
  say_text(path);
  observe_path(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  if (lstat(path, &st) == 0) {
    if (st.st_ino != ino) say(" ENTRY-OF-OTHER-INODE");
    if (type != DT_UNKNOWN && type != IFTODT(st.st_mode)) say(" ENTRY-OF-OTHER-TYPE");
    if (S_ISREG(st.st_mode)) observe_contents(AT_FDCWD, path);
    if (S_ISLNK(st.st_mode)) {
      ssize_t length = readlink(path, target, sizeof target);
      say(" -> ");
      say_bytes(target, length > 0 ? (size_t)length : 0);
    }
  }
  survey_xattrs(path);
}

void survey(const char *directory) {
  struct {
    char *name;
    unsigned char type;
    ino_t ino;
  } found[128];
  size_t count = 0;
  bool top = strcmp(directory, work) == 0;
  if (top) entries = 0;
  DIR *stream = opendir(directory);
  if (stream == NULL) {
    say(" <%s>", error_name(errno));
    return;
  }
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || count == COUNT_OF(found)) continue;
    found[count].name = strdup(entry->d_name);
    found[count].type = entry->d_type;
    found[count++].ino = entry->d_ino;
  }
  closedir(stream);
  qsort(found, count, sizeof *found, by_name);
  for (size_t i = 0; i < count; i++) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", directory, found[i].name);
    if (length < (int)sizeof path && entries++ < MOST_ENTRIES) {
      survey_entry(path, found[i].type, found[i].ino);
      if (found[i].type == DT_DIR) survey(path);
    }
    free(found[i].name);
  }
}
