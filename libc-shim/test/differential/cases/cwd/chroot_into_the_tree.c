/* needs: root */
#include "case.h"

static void inside(void) {
  SHOW(chroot("jail"));
  SHOW(access("/f", R_OK));
  SHOW(chdir("/"));
  show_contents("/f");
  char path[PATH_MAX];
  puts(getcwd(path, sizeof path));
  show_contents("../../f");
  show_directory("/");
  SHOW(access("/etc/passwd", R_OK));
}

int main(void) {
  MUST(mkdir("jail", 0755));
  put("jail/f", "in the jail");
  in_child(inside);
  show_contents("jail/f");
  return 0;
}
