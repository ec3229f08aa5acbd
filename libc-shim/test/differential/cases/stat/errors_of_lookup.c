#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  struct stat st;
  SHOW(stat("missing", &st));
  SHOW(stat("missing/x", &st));
  SHOW(stat("f/x", &st));
  SHOW(stat("f/x/y", &st));
  SHOW(stat("d/x/y", &st));
  SHOW(stat("d/../f", &st));
  SHOW(stat("missing/../f", &st));
  SHOW(stat("f/../f", &st));
  SHOW(stat("f/.", &st));
  SHOW(stat("", &st));
  SHOW(lstat("f/", &st));
  SHOW(stat("./././f", &st));
  SHOW(stat(".//d//..//f", &st));
  SHOW(access("f", F_OK));
  SHOW(access("missing", F_OK));
  SHOW(access("f/x", F_OK));
  SHOW(faccessat(AT_FDCWD, "f", R_OK, AT_EACCESS));
  SHOW(faccessat(AT_FDCWD, "f", 8, 0));
  SHOW(faccessat(AT_FDCWD, "f", X_OK, 0));
  SHOW(faccessat(AT_FDCWD, "d", X_OK, 0));
  SHOW(faccessat(99, "f", R_OK, 0));
  SHOW(eaccess("f", R_OK));
  SHOW(euidaccess("missing", R_OK));
  return 0;
}
