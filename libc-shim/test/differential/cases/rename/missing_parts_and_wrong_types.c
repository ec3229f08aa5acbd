#include "case.h"

int main(void) {
  put("f", "x");
  MUST(mkdir("d", 0755));
  SHOW(rename("f", ""));
  SHOW(rename("", "f"));
  SHOW(rename("f/x", "g"));
  SHOW(rename("f", "f/x"));
  SHOW(rename("missing/x", "g"));
  SHOW(rename("f", "missing/x"));
  SHOW(rename("d", "f/x"));
  SHOW(rename("missing", "missing"));
  SHOW(rename("f", "d/."));
  SHOW(rename("f", "d/.."));
  SHOW(rename("d", "d/"));
  SHOW(rename("d/", "e"));
  SHOW(rename("f", "g/"));
  SHOW(rename("e", "g/"));
  show_directory(".");
  return 0;
}
