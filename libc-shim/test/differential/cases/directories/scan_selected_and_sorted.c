#include "case.h"

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void list(int count, struct dirent **names) {
  printf("%d:", count);
  for (int i = 0; i < count; i++) {
    printf(" %s", names[i]->d_name);
    free(names[i]);
  }
  puts("");
  if (count >= 0) free(names);
}

int main(void) {
  const char *made[] = {"b", "a10", "a9", "C", ".hidden"};
  MUST(mkdir("d", 0755));
  for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
    char name[32];
    snprintf(name, sizeof name, "d/%s", made[i]);
    put(name, "");
  }
  struct dirent **names;
  list(scandir("d", &names, visible, alphasort), names);
  list(scandir("d", &names, visible, versionsort), names);
  list(scandir("d", &names, NULL, alphasort), names);
  int dir = MUST(open("d", O_RDONLY));
  list(scandirat(dir, ".", &names, visible, alphasort), names);
  list(scandirat(AT_FDCWD, "d", &names, visible, alphasort), names);
  SHOW(scandir("missing", &names, NULL, NULL));
  SHOW(scandir("d/b", &names, NULL, NULL));
  struct dirent64 **names64;
  SHOW(scandir64("d", &names64, NULL, alphasort64));
  return 0;
}
