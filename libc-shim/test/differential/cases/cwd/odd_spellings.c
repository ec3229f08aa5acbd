#include "case.h"

static char top[PATH_MAX], path[PATH_MAX * 2];

static void attempt(const char *spelling) {
  TRUTH(strcmp(get(spelling), "found") == 0);
  struct stat st;
  SHOW(stat(spelling, &st) == 0 && st.st_ino == stat_of("f").st_ino && st.st_dev == stat_of("f").st_dev);
  SHOW(access(spelling, R_OK));
}

int main(void) {
  put("f", "found");
  MUST(mkdir("d", 0755));
  MUST(getcwd(top, sizeof top) ? 0 : -1);
  snprintf(path, sizeof path, "/%s/f", top);
  attempt(path);
  snprintf(path, sizeof path, "///%s//.///f", top);
  attempt(path);
  snprintf(path, sizeof path, "/.%s/./f", top);
  attempt(path);
  snprintf(path, sizeof path, "/././/%s/d/../f", top);
  attempt(path);
  snprintf(path, sizeof path, "/usr/../%s/f", top);
  attempt(path);
  snprintf(path, sizeof path, "/..%s/f", top);
  attempt(path);
  snprintf(path, sizeof path, "/../../.%s/f", top);
  attempt(path);
  attempt("/proc/self/cwd/f");
  attempt("/proc/self/cwd/d/../f");
  attempt("/proc/thread-self/cwd/f");
  snprintf(path, sizeof path, "/proc/%d/cwd/f", getpid());
  attempt(path);
  snprintf(path, sizeof path, "/proc/self/root%s/f", top);
  attempt(path);
  int d = MUST(open("d", O_RDONLY)), f = MUST(open("f", O_RDONLY));
  snprintf(path, sizeof path, "/proc/self/fd/%d/../f", d);
  attempt(path);
  snprintf(path, sizeof path, "/dev/fd/%d/../f", d);
  attempt(path);
  snprintf(path, sizeof path, "/dev/fd/%d", f);
  attempt(path);
  snprintf(path, sizeof path, "/proc/self/task/%d/fd/%d", getpid(), f);
  attempt(path);
  snprintf(path, sizeof path, "%s.", top);
  SHOW(access(path, F_OK));
  snprintf(path, sizeof path, "%sx/f", top);
  SHOW(access(path, F_OK));
  SHOW(close(open("/proc/self/cwd/new", O_CREAT | O_WRONLY, 0644)));
  SHOW(mkdir("/proc/self/cwd/sub", 0755));
  SHOW(rename("/proc/self/cwd/new", "/proc/self/cwd/sub/new"));
  SHOW(unlink("/proc/self/cwd/sub/new"));
  SHOW(chdir("/proc/self/cwd/sub"));
  show_directory("..");
  return 0;
}
