#include "case.h"

int main(void) {
  put("f", "x");
  int wrong = 0;
  char name[16];
  for (int i = 0; i < 500; i++) {
    snprintf(name, sizeof name, "l%d", i);
    wrong += link("f", name) != 0;
  }
  SHOW(wrong);
  SHOW(stat_of("f").st_nlink);
  ino_t inode = stat_of("f").st_ino;
  for (int i = 0; i < 500; i++) {
    snprintf(name, sizeof name, "l%d", i);
    wrong += stat_of(name).st_ino != inode;
    wrong += unlink(name) != 0;
  }
  SHOW(wrong);
  SHOW(stat_of("f").st_nlink);
  return 0;
}
