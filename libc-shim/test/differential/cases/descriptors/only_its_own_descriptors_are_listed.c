/* Programs that close or count everything in /proc/self/fd must be able to do so. */
#include "case.h"

static int count(const char *path, int *highest) {
  DIR *dir = opendir(path);
  struct dirent *entry;
  int numbers = 0;
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] == '.') continue;
    int fd = atoi(entry->d_name);
    if (fd == dirfd(dir)) continue;
    if (fd < 100) numbers++;
    if (fd > *highest && fd < 100) *highest = fd;
  }
  closedir(dir);
  return numbers;
}

int main(void) {
  put("f", "x");
  struct stat st;
  MUST(stat("f", &st));
  int highest = 0;
  SHOW(count("/proc/self/fd", &highest));
  SHOW(highest);
  for (int i = 0; i < 4; i++) MUST(open("f", O_RDONLY));
  SHOW(count("/proc/self/fd", &highest));
  SHOW(count("/dev/fd", &highest));
  SHOW(highest);
  DIR *dir = opendir("/proc/self/fd");
  struct dirent *entry;
  int closed = 0;
  while ((entry = readdir(dir)) != NULL) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd > 2 && fd != dirfd(dir)) closed += close(fd) == 0;
  }
  closedir(dir);
  TRUTH(closed >= 4);
  put("g", "still works");
  show_contents("g");
  SHOW(unlink("f"));
  return 0;
}
