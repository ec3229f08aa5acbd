/* What was there at the start is seen exactly once, whatever is added meanwhile. */
#include "case.h"

int main(void) {
  enum { FILES = 400 };
  int seen[FILES] = {0};
  for (int i = 0; i < FILES; i++) {
    char name[32];
    snprintf(name, sizeof name, "old%d", i);
    put(name, "");
  }
  DIR *dir = opendir(".");
  struct dirent *entry;
  int added = 0;
  while ((entry = readdir(dir)) != NULL) {
    int number;
    if (sscanf(entry->d_name, "old%d", &number) == 1) {
      seen[number]++;
      char name[32];
      snprintf(name, sizeof name, "new%d", number);
      if (added++ < 200) put(name, "");
    }
  }
  closedir(dir);
  int wrong = 0;
  for (int i = 0; i < FILES; i++) wrong += seen[i] != 1;
  SHOW(wrong);
  SHOW(system("rm -f old* new*"));
  return 0;
}
