#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  MUST(mkdir("d/e/g", 0755));
  MUST(symlink("d/e", "l"));
  SHOW(rename("d", "d/x"));
  SHOW(rename("d", "d/e/g/x"));
  SHOW(rename("d", "d/e"));
  SHOW(rename("d/e/g", "d"));
  SHOW(rename("d", "l/x"));
  SHOW(rename("d", "d"));
  SHOW(rename(".", "x"));
  SHOW(rename("d", "."));
  SHOW(rename("d/.", "x"));
  SHOW(rename("d/e/..", "x"));
  SHOW(rename("..", "x"));
  TRUTH(rename("/", "x") == -1);
  TRUTH(rename("d", "/") == -1);
  show_directory(".");
  show_directory("d/e");
  return 0;
}
