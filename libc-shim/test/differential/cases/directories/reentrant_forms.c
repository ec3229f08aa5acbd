#include "case.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

int main(void) {
  put("a", "");
  put("b", "");
  DIR *dir = opendir(".");
  struct dirent entry, *result;
  int count = 0;
  while (readdir_r(dir, &entry, &result) == 0 && result != NULL) count += entry.d_ino != 0;
  SHOW(count);
  rewinddir(dir);
  struct dirent64 entry64, *result64;
  count = 0;
  while (readdir64_r(dir, &entry64, &result64) == 0 && result64 != NULL) count++;
  SHOW(count);
  rewinddir(dir);
  count = 0;
  while (readdir64(dir) != NULL) count++;
  SHOW(count);
  SHOW(closedir(dir));
  return 0;
}
