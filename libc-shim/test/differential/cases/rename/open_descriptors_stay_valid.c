#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("d/e/f", "text");
  int file = MUST(open("d/e/f", O_RDWR | O_APPEND));
  int dir = MUST(open("d/e", O_RDONLY));
  DIR *stream = opendir("d/e");
  SHOW(rename("d", "moved"));
  SHOW(rename("moved/e/f", "moved/g"));
  SHOW(write(file, " more", 5));
  show_contents("moved/g");
  SHOW(openat(dir, "../g", O_RDONLY));
  SHOW(openat(dir, "new", O_CREAT | O_WRONLY, 0644));
  SHOW(mkdirat(dir, "sub", 0755));
  show_directory("moved/e");
  int count = 0;
  while (readdir(stream)) count++;
  TRUTH(count >= 2);
  rewinddir(stream);
  count = 0;
  while (readdir(stream)) count++;
  SHOW(count);
  SHOW(fchmod(file, 0600));
  show_file("moved/g");
  SHOW(ftruncate(file, 2));
  show_file("moved/g");
  struct timespec times[2] = {{1000, 0}, {2000, 0}};
  SHOW(futimens(file, times));
  SHOW(stat_of("moved/g").st_mtim.tv_sec);
  char link[64], target[PATH_MAX] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  SHOW(readlink(link, target, sizeof target - 1) > 0);
  puts(strrchr(target, '/'));
  return 0;
}
