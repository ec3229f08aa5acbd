#include "case.h"

int main(void) {
  MUST(symlink("self", "self"));
  MUST(symlink("b", "a"));
  MUST(symlink("a", "b"));
  MUST(mkdir("d", 0755));
  MUST(symlink("../d/up", "d/up"));
  struct stat st;
  SHOW(stat("self", &st));
  SHOW(lstat("self", &st));
  SHOW(open("a", O_RDONLY));
  SHOW(open("a", O_CREAT | O_WRONLY, 0644));
  SHOW(access("a/x", F_OK));
  SHOW(chmod("self", 0600));
  SHOW(chdir("a"));
  SHOW(mkdir("a", 0755));
  SHOW(mkdir("a/x", 0755));
  SHOW(truncate("a", 0));
  SHOW(rename("self/x", "y"));
  SHOW_POINTER(opendir("d/up"));
  SHOW_POINTER(realpath("a", NULL));
  SHOW(execl("a", "a", NULL));
  SHOW(open("a", O_PATH | O_NOFOLLOW));
  put("end", "reached");
  char name[16], target[16] = "end";
  for (int i = 0; i < 45; i++) {
    snprintf(name, sizeof name, "chain%d", i);
    MUST(symlink(target, name));
    strcpy(target, name);
  }
  SHOW(access("chain38", F_OK));
  SHOW(access("chain39", F_OK));
  SHOW(access("chain40", F_OK));
  SHOW(open("chain44", O_RDONLY));
  return 0;
}
