#include "case.h"

static void show(const char *path) {
  char buffer[PATH_MAX];
  errno = 0;
  char *result = realpath(path, buffer);
  printf("%s -> %s\n", path, result ? result : errno_name(errno));
}

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  put("d/f", "x");
  MUST(symlink("d/e", "l"));
  MUST(symlink("../f", "d/e/up"));
  MUST(symlink("missing", "dangling"));
  MUST(symlink("loop", "loop"));
  show(".");
  show("d/f");
  show("d/../d/./e//");
  show("l");
  show("l/..");
  show("l/up");
  show("d/e/up");
  show("dangling");
  show("missing");
  show("missing/x");
  show("d/f/x");
  show("d/f/");
  show("loop");
  show("");
  show("l/../../d/f");
  puts(canonicalize_file_name("l/up"));
  char *allocated = realpath("d", NULL);
  puts(allocated);
  show(allocated);
  SHOW_POINTER(realpath(NULL, NULL));
  char doubled[PATH_MAX + 8];
  snprintf(doubled, sizeof doubled, "//%s//f", allocated);
  puts(realpath(doubled, NULL));
  MUST(chdir("l"));
  show("up");
  show("../..");
  return 0;
}
