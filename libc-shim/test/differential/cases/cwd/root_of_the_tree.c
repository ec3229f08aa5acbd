/* The mount point itself, its parent and the working directory there. */
#include "case.h"

int main(void) {
  char here[PATH_MAX];
  MUST(getcwd(here, sizeof here) ? 0 : -1);
  struct stat slash, st;
  MUST(stat("/", &slash));
  char top[PATH_MAX];
  strcpy(top, here);
  *strchr(top + 1, '/') = '\0';
  SHOW(stat(top, &st));
  TRUTH(S_ISDIR(st.st_mode));
  SHOW(rmdir(top) == -1 && (errno == EBUSY || errno == ENOTEMPTY));
  SHOW(chdir(top));
  SHOW(access(here + strlen(top) + 1, F_OK));
  SHOW(stat("..", &st));
  TRUTH(st.st_ino == slash.st_ino && st.st_dev == slash.st_dev);
  SHOW(chdir(".."));
  SHOW(stat(".", &st));
  TRUTH(st.st_ino == slash.st_ino);
  SHOW(access(here + 1, F_OK));
  DIR *dir = opendir("/");
  struct dirent *entry;
  int found = 0;
  while ((entry = readdir(dir)) != NULL) found += strcmp(entry->d_name, top + 1) == 0;
  SHOW(found);
  SHOW(chdir(here));
  return 0;
}
