#include "case.h"

int main(void) {
  char path[PATH_MAX];
  MUST(mkdir("real", 0755));
  MUST(mkdir("real/sub", 0755));
  put("real/f", "in real");
  put("f", "on top");
  MUST(symlink("real/sub", "link"));
  MUST(chdir("link"));
  puts(getcwd(path, sizeof path));
  show_contents("../f");
  setenv("PWD", "/nonsense", 1);
  puts(get_current_dir_name());
  MUST(chdir("../.."));
  char logical[PATH_MAX + 16];
  snprintf(logical, sizeof logical, "%s/link", getcwd(path, sizeof path));
  MUST(chdir(logical));
  setenv("PWD", logical, 1);
  TRUTH(strcmp(get_current_dir_name(), logical) == 0);
  SHOW(system("pwd; pwd -P; cd ..; pwd; cd -P link/..; pwd"));
  return 0;
}
