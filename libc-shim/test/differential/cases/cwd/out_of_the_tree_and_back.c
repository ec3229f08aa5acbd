#include "case.h"
#include <sys/sysmacros.h>

static char top[PATH_MAX];

int main(void) {
  put("f", "found");
  MUST(mkdir("d", 0755));
  MUST(getcwd(top, sizeof top) ? 0 : -1);
  char path[PATH_MAX * 2] = "";
  for (const char *c = top; *c; c++) {
    if (*c == '/') strcat(path, "../");
  }
  char etc[PATH_MAX * 4], back[PATH_MAX * 4];
  snprintf(etc, sizeof etc, "%setc/passwd", path);
  SHOW(access(etc, R_OK));
  struct stat a, b;
  SHOW(stat(etc, &a));
  SHOW(stat("/etc/passwd", &b));
  TRUTH(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
  TRUTH(open(etc, O_RDONLY) >= 0);
  snprintf(back, sizeof back, "%s%s/f", path, top + 1);
  SHOW(access(back, R_OK));
  TRUTH(strcmp(get(back), "found") == 0);
  snprintf(etc, sizeof etc, "%s../../../../../../..%s/f", path, top);
  TRUTH(strcmp(get(etc), "found") == 0);
  SHOW(chdir(path));
  char here[PATH_MAX];
  puts(getcwd(here, sizeof here));
  TRUTH(strcmp(get(top + 1), "<EISDIR>") == 0 || get(top + 1)[0] == '\0');
  snprintf(back, sizeof back, "%s/f", top + 1);
  TRUTH(strcmp(get(back), "found") == 0);
  SHOW(chdir("/etc"));
  snprintf(back, sizeof back, "..%s/f", top);
  TRUTH(strcmp(get(back), "found") == 0);
  snprintf(back, sizeof back, "..%s/new", top);
  TRUTH(open(back, O_CREAT | O_WRONLY, 0644) >= 0);
  snprintf(back, sizeof back, "../usr/..%s/d", top);
  SHOW(chdir(back));
  show_contents("../f");
  SHOW(access("../new", F_OK));
  MUST(symlink("/etc", "etc"));
  SHOW(access("etc/passwd", F_OK));
  snprintf(back, sizeof back, "etc/..%s/f", top);
  TRUTH(strcmp(get(back), "found") == 0);
  MUST(symlink(top, "back"));
  TRUTH(strcmp(get("back/f"), "found") == 0);
  char mixed[PATH_MAX * 4];
  snprintf(mixed, sizeof mixed, "%s/link-to-top", outside());
  MUST(symlink(top, mixed));
  strcat(mixed, "/f");
  TRUTH(strcmp(get(mixed), "found") == 0);
  snprintf(mixed, sizeof mixed, "%s/link-to-top/made-through-link", outside());
  TRUTH(open(mixed, O_CREAT | O_WRONLY, 0644) >= 0);
  SHOW(stat(mixed, &a));
  SHOW(stat("../made-through-link", &b));
  TRUTH(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
  struct statx x;
  SHOW(statx(AT_FDCWD, mixed, 0, STATX_BASIC_STATS | STATX_BTIME, &x));
  TRUTH(x.stx_ino == b.st_ino && makedev(x.stx_dev_major, x.stx_dev_minor) == b.st_dev);
  SHOW(statx(AT_FDCWD, mixed, AT_SYMLINK_NOFOLLOW, STATX_INO, &x));
  TRUTH(x.stx_ino == b.st_ino);
  snprintf(mixed, sizeof mixed, "%s/link-to-top", outside());
  SHOW(statx(AT_FDCWD, mixed, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &x));
  TRUTH(S_ISLNK(x.stx_mode));
  snprintf(mixed, sizeof mixed, "%s/link-to-top/..", outside());
  SHOW(stat(mixed, &a));
  TRUTH(a.st_ino == stat_of("../..").st_ino);
  return 0;
}
