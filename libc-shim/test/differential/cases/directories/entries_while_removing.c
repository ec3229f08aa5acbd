#include "case.h"

int main(void) {
  enum { FILES = 700 };
  MUST(mkdir("d", 0755));
  for (int i = 0; i < FILES; i++) {
    char name[300];
    snprintf(name, sizeof name, "d/file-with-a-rather-long-name-%04d", i);
    put(name, "");
  }
  DIR *dir = opendir("d");
  struct dirent *entry;
  int removed = 0, failed = 0;
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    if (unlinkat(dirfd(dir), entry->d_name, 0) == 0) {
      removed++;
    } else {
      failed++;
    }
  }
  SHOW(removed);
  SHOW(failed);
  closedir(dir);
  SHOW(rmdir("d"));
  return 0;
}
