/* telldir and seekdir by several streams and by lseek, while other entries come and go. */
#include "case.h"

enum { ENTRIES = 3000 };

static char names[ENTRIES + 2][32];
static long places[ENTRIES + 3];

int main(void) {
  MUST(mkdir("d", 0755));
  for (int i = 0; i < ENTRIES; i++) {
    char name[32];
    sprintf(name, "d/n%04d", i);
    MUST(symlink("x", name));
  }
  DIR *dir = opendir("d"), *other = opendir("d");
  int count = 0;
  struct dirent *entry;
  for (;;) {
    places[count] = telldir(dir);
    if ((entry = readdir(dir)) == NULL) break;
    strcpy(names[count++], entry->d_name);
  }
  SHOW(count);
  int twice = 0;
  for (int i = 1; i <= count; i++) twice += places[i] == places[i - 1];
  SHOW(twice);
  /* remove two of three, add some: places of the rest stay good, also in the other stream */
  for (int i = 0; i < count; i++) {
    if (names[i][0] == '.' || i % 3 == 0) continue;
    MUST(unlinkat(dirfd(dir), names[i], 0));
  }
  for (int i = 0; i < 100; i++) {
    char name[32];
    sprintf(name, "d/new%04d", i);
    MUST(symlink("x", name));
  }
  int wrong = 0, looked = 0;
  for (int i = count - 1; i > 0; i -= 7) {
    if (i % 3 != 0 || names[i][0] == '.') continue;
    seekdir(dir, places[i]);
    entry = readdir(dir);
    looked++;
    /* new entries may stand before it */
    while (entry != NULL && strncmp(entry->d_name, "new", 3) == 0) entry = readdir(dir);
    wrong += entry == NULL || strcmp(entry->d_name, names[i]) != 0;
    seekdir(other, places[i]);
    entry = readdir(other);
    while (entry != NULL && strncmp(entry->d_name, "new", 3) == 0) entry = readdir(other);
    wrong += entry == NULL || strcmp(entry->d_name, names[i]) != 0;
  }
  TRUTH(looked > 100);
  SHOW(wrong);
  /* from a removed entry's place on, the next that is left follows */
  wrong = 0;
  for (int i = 4; i + 3 < count; i += 97) {
    int at = i - i % 3 + 1;
    if (names[at][0] == '.' || names[at + 2][0] == '.') continue;
    seekdir(dir, places[at]);
    entry = readdir(dir);
    while (entry != NULL && strncmp(entry->d_name, "new", 3) == 0) entry = readdir(dir);
    wrong += entry == NULL || strcmp(entry->d_name, names[at + 2]) != 0;
  }
  SHOW(wrong);
  /* the same by descriptor */
  int fd = MUST(open("d", O_RDONLY | O_DIRECTORY));
  char buffer[600];
  wrong = 0;
  for (int i = 300; i < count; i += 300) {
    MUST(lseek(fd, places[i], SEEK_SET));
    long length = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    struct dirent64 *first = (struct dirent64 *)buffer;
    wrong += length <= 0 || (strncmp(first->d_name, "new", 3) != 0 && strcmp(first->d_name, names[i]) != 0);
  }
  SHOW(wrong);
  /* duplicates share the place, forks too */
  MUST(lseek(fd, 0, SEEK_SET));
  int copy = MUST(dup(fd));
  long first = syscall(SYS_getdents64, fd, buffer, sizeof buffer);
  TRUTH(first > 0);
  TRUTH(lseek(copy, 0, SEEK_CUR) == lseek(fd, 0, SEEK_CUR) && lseek(fd, 0, SEEK_CUR) != 0);
  SHOW(lseek(fd, -1, SEEK_SET));
  SHOW(closedir(dir));
  SHOW(closedir(other));
  MUST(system("rm -r d"));
  return 0;
}
