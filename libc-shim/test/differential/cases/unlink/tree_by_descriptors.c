/* The way `rm -r` works. */
#include "case.h"

static int removed;

static void clear(int fd) {
  DIR *dir = fdopendir(fd);
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (entry->d_type == DT_DIR) {
      clear(MUST(openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)));
      MUST(unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR));
    } else {
      MUST(unlinkat(dirfd(dir), entry->d_name, 0));
    }
    removed++;
  }
  closedir(dir);
}

int main(void) {
  char path[256] = "t";
  MUST(mkdir(path, 0755));
  for (int depth = 0; depth < 12; depth++) {
    for (int i = 0; i < 5; i++) {
      char name[300];
      snprintf(name, sizeof name, "%s/f%d", path, i);
      put(name, "x");
    }
    strcat(path, "/d");
    MUST(mkdir(path, 0755));
  }
  clear(MUST(open("t", O_RDONLY | O_DIRECTORY)));
  SHOW(removed);
  SHOW(rmdir("t"));
  return 0;
}
