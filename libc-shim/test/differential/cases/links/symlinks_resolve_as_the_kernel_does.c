/* `..` after a symlink goes to the parent of its target, not back along the path. */
#include "case.h"

int main(void) {
  MUST(mkdir("a", 0755));
  MUST(mkdir("a/b", 0755));
  put("a/f", "parent of the target");
  put("f", "beside the link");
  MUST(symlink("a/b", "l"));
  show_contents("l/../f");
  show_contents("l/../../f");
  put("l/../made", "through the link");
  show_contents("a/made");
  SHOW(rename("l/../made", "l/moved"));
  show_contents("a/b/moved");
  SHOW(mkdir("l/../sub", 0755));
  SHOW(access("a/sub", F_OK));
  char here[PATH_MAX], absolute[PATH_MAX + 32], target[PATH_MAX + 64];
  MUST(getcwd(here, sizeof here) ? 0 : -1);
  snprintf(absolute, sizeof absolute, "%s/l/../f", here);
  show_contents(absolute + 0 == absolute ? "l/../f" : "");
  SHOW(access(absolute, R_OK));
  snprintf(target, sizeof target, "%s/a", here);
  MUST(symlink(target, "absolute"));
  show_contents("absolute/f");
  show_contents("absolute/b/../f");
  MUST(symlink("/", "root"));
  snprintf(absolute, sizeof absolute, "root%s/f", here);
  SHOW(access(absolute, R_OK));
  SHOW(access("root/etc/passwd", R_OK));
  char *real = realpath("l/..", NULL);
  TRUTH(real && strcmp(real + strlen(real) - 2, "/a") == 0);
  SHOW(chdir("l/.."));
  show_contents("f");
  return 0;
}
