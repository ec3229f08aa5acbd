#include "case.h"

int main(void) {
  char longest[257], too_long[258];
  memset(longest, 'n', 255);
  longest[255] = '\0';
  memset(too_long, 'n', 256);
  too_long[256] = '\0';
  struct stat st;
  char buffer[8];
#define EACH(name)                                       \
  do {                                                   \
    SHOW(open(name, O_CREAT | O_EXCL | O_WRONLY, 0644)); \
    SHOW(stat(name, &st));                               \
    SHOW(link(name, "hard"));                            \
    SHOW(rename("hard", name));                          \
    SHOW(access(name, F_OK));                            \
    SHOW(truncate(name, 3));                             \
    SHOW(unlink(name));                                  \
    SHOW(mkdir(name, 0755));                             \
    SHOW(rmdir(name));                                   \
    SHOW(symlink("x", name));                            \
    SHOW(readlink(name, buffer, 8));                     \
    SHOW(lstat(name, &st));                              \
    SHOW(remove(name));                                  \
    unlink("hard");                                      \
  } while (0)
  EACH(longest);
  EACH(too_long);
  MUST(symlink(too_long, "points-at-too-long"));
  SHOW(stat("points-at-too-long", &st));
  MUST(mkdir(longest, 0755));
  MUST(chdir(longest));
  put(longest, "deep");
  DIR *dir = opendir(".");
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] == 'n') SHOW(strlen(entry->d_name));
  }
  return 0;
}
