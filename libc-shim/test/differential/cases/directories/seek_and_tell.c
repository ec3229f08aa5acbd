#include "case.h"

int main(void) {
  for (int i = 0; i < 50; i++) {
    char name[16];
    snprintf(name, sizeof name, "n%02d", i);
    put(name, "");
  }
  DIR *dir = opendir(".");
  char names[60][300];
  long places[60];
  int count = 0;
  struct dirent *entry;
  do {
    places[count] = telldir(dir);
    entry = readdir(dir);
    if (entry) strcpy(names[count++], entry->d_name);
  } while (entry);
  SHOW(count);
  int wrong = 0;
  for (int i = count - 1; i >= 0; i--) {
    seekdir(dir, places[i]);
    entry = readdir(dir);
    wrong += entry == NULL || strcmp(entry->d_name, names[i]) != 0;
  }
  SHOW(wrong);
  seekdir(dir, places[10]);
  wrong = 0;
  for (int i = 10; i < count; i++) {
    entry = readdir(dir);
    wrong += entry == NULL || strcmp(entry->d_name, names[i]) != 0;
  }
  SHOW(wrong);
  TRUTH(readdir(dir) == NULL);
  seekdir(dir, places[0]);
  TRUTH(readdir(dir) != NULL);
  TRUTH(telldir(dir) == places[1]);
  SHOW(closedir(dir));
  return 0;
}
