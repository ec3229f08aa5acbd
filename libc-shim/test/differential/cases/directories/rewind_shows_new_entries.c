#include "case.h"

static int count(DIR *dir) {
  int entries = 0;
  while (readdir(dir) != NULL) entries++;
  return entries;
}

int main(void) {
  MUST(mkdir("d", 0755));
  DIR *dir = opendir("d");
  SHOW(count(dir));
  put("d/a", "");
  put("d/b", "");
  rewinddir(dir);
  SHOW(count(dir));
  MUST(unlink("d/a"));
  rewinddir(dir);
  SHOW(count(dir));
  MUST(rename("d", "e"));
  put("e/c", "");
  rewinddir(dir);
  SHOW(count(dir));
  MUST(unlink("e/b"));
  MUST(unlink("e/c"));
  MUST(rmdir("e"));
  rewinddir(dir);
  SHOW(count(dir));
  SHOW(closedir(dir));
  return 0;
}
