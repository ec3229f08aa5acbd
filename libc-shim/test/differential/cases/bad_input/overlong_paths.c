#include "case.h"

int main(void) {
  static char path[70000], other[70000];
  struct stat st;
  char buffer[16];
  const size_t lengths[] = {4095, 4096, 5000, 65535, 69999};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    memset(path, 'a', sizeof path);
    for (size_t k = 100; k < sizeof path; k += 100) path[k] = '/';
    path[lengths[i]] = '\0';
    printf("-- %zu\n", lengths[i]);
    SHOW(open(path, O_RDONLY));
    SHOW(open(path, O_CREAT | O_WRONLY, 0644));
    SHOW(stat(path, &st));
    SHOW(mkdir(path, 0755));
    SHOW(unlink(path));
    SHOW(rename(path, "x"));
    SHOW(rename("x", path));
    SHOW(symlink(path, "s"));
    unlink("s");
    SHOW(readlink(path, buffer, 16));
    SHOW(access(path, F_OK));
    SHOW(chdir(path));
    SHOW_POINTER(opendir(path));
    SHOW_POINTER(fopen(path, "w"));
    SHOW_POINTER(realpath(path, NULL));
    char here[PATH_MAX];
    MUST(getcwd(here, sizeof here) ? 0 : -1);
    snprintf(other, sizeof other, "%s/%.60000s", here, path);
    SHOW(open(other, O_RDONLY));
    SHOW(stat(other, &st));
  }
  show_directory(".");
  return 0;
}
