/* leftovers: ignore */
#include "case.h"

enum { FILES = 3000 };
static unsigned char seen[FILES];

static int count_files(void) {
  memset(seen, 0, sizeof seen);
  DIR *dir = opendir("d");
  struct dirent *entry;
  int good = 0;
  while ((entry = readdir(dir)) != NULL) {
    int number;
    if (sscanf(entry->d_name, "file-%d-of-many", &number) == 1 && seen[number]++ == 0) good++;
  }
  closedir(dir);
  return good;
}

int main(void) {
  MUST(mkdir("d", 0755));
  char name[64], other[64];
  for (int i = 0; i < FILES; i++) {
    snprintf(name, sizeof name, "d/file-%d-of-many", i);
    MUST(close(MUST(open(name, O_CREAT | O_WRONLY | O_EXCL, 0644))));
  }
  SHOW(count_files());
  int wrong = 0;
  for (int i = 0; i < FILES; i++) {
    struct stat st;
    snprintf(name, sizeof name, "d/file-%d-of-many", i);
    wrong += stat(name, &st) != 0 || !S_ISREG(st.st_mode);
    snprintf(name, sizeof name, "d/file-%d-of-none", i);
    wrong += stat(name, &st) != -1 || errno != ENOENT;
  }
  SHOW(wrong);
  for (int i = 0; i < FILES; i += 3) {
    snprintf(name, sizeof name, "d/file-%d-of-many", i);
    wrong += unlink(name) != 0;
  }
  SHOW(count_files());
  for (int i = 1; i < FILES; i += 3) {
    snprintf(name, sizeof name, "d/file-%d-of-many", i);
    snprintf(other, sizeof other, "d/file-%d-of-many", i - 1);
    wrong += rename(name, other) != 0;
  }
  SHOW(count_files());
  SHOW(rmdir("d"));
  SHOW(system("rm -r d; ls"));
  SHOW(wrong);
  return 0;
}
