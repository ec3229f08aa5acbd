#include "case.h"

static void where(void) {
  char path[PATH_MAX];
  if (getcwd(path, sizeof path)) printf("in %s\n", path);
}

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("d/above", "above");
  char top[PATH_MAX];
  MUST(getcwd(top, sizeof top) ? 0 : -1);
  MUST(chdir("d/e"));
  where();
  char from[PATH_MAX + 8], to[PATH_MAX + 8];
  snprintf(from, sizeof from, "%s/d", top);
  snprintf(to, sizeof to, "%s/moved", top);
  SHOW(rename(from, to));
  where();
  put("made", "here");
  show_contents("../above");
  SHOW(rename("../e", "../renamed"));
  where();
  show_contents("made");
  SHOW(system("pwd -P; cat made; ls ../.."));
  SHOW(access(from, F_OK));
  MUST(chdir(top));
  show_contents("moved/renamed/made");
  return 0;
}
