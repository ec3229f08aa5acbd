#include "case.h"

static void dots(const char *path) {
  DIR *dir = opendir(path);
  struct dirent *entry;
  char inside[300];
  while ((entry = readdir(dir)) != NULL) {
    if (entry->d_name[0] != '.') continue;
    snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
    printf("%s: %s\n", inside, entry->d_ino == stat_of(inside).st_ino ? "as stat says" : "other inode");
  }
  closedir(dir);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

int main(void) {
  MUST(mkdir("d", 0755));
  MUST(mkdir("d/e", 0755));
  struct dirent **names;
  SHOW(scandir("d", &names, NULL, by_name));
  SHOW(strcmp(names[0]->d_name, "."));
  SHOW(strcmp(names[1]->d_name, ".."));
  SHOW(names[0]->d_type);
  TRUTH(stat_of("d/e/..").st_ino == stat_of("d").st_ino);
  TRUTH(stat_of("d/.").st_ino == stat_of("d").st_ino);
  MUST(mkdir("other", 0755));
  MUST(rename("d/e", "other/e"));
  TRUTH(stat_of("other/e/..").st_ino == stat_of("other").st_ino);
  MUST(chdir("other/e"));
  dots(".");
  dots("..");
  dots("../..");
  return 0;
}
