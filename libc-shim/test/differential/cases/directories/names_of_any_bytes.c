#include "case.h"

static void escape(const char *name) {
  for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
    if (*c < 0x20 || *c > 0x7e || *c == '\\') {
      printf("\\x%02x", *c);
    } else {
      putchar(*c);
    }
  }
}

int main(void) {
  const char *names[] = {"new\nline",
                         "tab\t",
                         "caf\xc3\xa9",
                         "invalid\xff\xfe",
                         "\x01",
                         " ",
                         "-rf",
                         "a b",
                         "\"quote'",
                         "back\\slash",
                         "\xe2\x82",
                         "*?[",
                         "#",
                         "%s%n",
                         "\xf0\x9f\x98\x80",
                         "CON",
                         "~",
                         "a:b",
                         "\x7f",
                         "trailing ",
                         "trailing.",
                         "...",
                         ".a",
                         "\xc0\x80",
                         "e\xcc\x81",
                         "UPPER",
                         "upper"};
  enum { COUNT = sizeof names / sizeof *names };
  MUST(mkdir("d", 0755));
  MUST(chdir("d"));
  int wrong = 0;
  for (int i = 0; i < COUNT; i++) {
    int fd = open(names[i], O_CREAT | O_EXCL | O_WRONLY, 0644);
    wrong += fd < 0 || write(fd, names[i], strlen(names[i])) < 0;
    close(fd);
  }
  SHOW(wrong);
  char *found[COUNT + 8];
  int count = 0;
  DIR *dir = opendir(".");
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) found[count++] = strdup(entry->d_name);
  }
  closedir(dir);
  qsort(found, count, sizeof *found, by_text);
  for (int i = 0; i < count; i++) {
    escape(found[i]);
    printf(" %s\n", strcmp(get(found[i]), found[i]) == 0 ? "holds its name" : "WRONG");
  }
  for (int i = 0; i < COUNT; i++) {
    char other[64];
    snprintf(other, sizeof other, "%s-moved", names[i]);
    wrong += rename(names[i], other) != 0 || access(names[i], F_OK) == 0 || unlink(other) != 0;
  }
  SHOW(wrong);
  MUST(symlink("bad\xff\ntarget", "l"));
  char target[32] = {0};
  SHOW(readlink("l", target, sizeof target - 1));
  escape(target);
  puts("");
  SHOW(mkdir("\xff\xfe dir", 0755));
  SHOW(chdir("\xff\xfe dir"));
  char here[PATH_MAX];
  MUST(getcwd(here, sizeof here) ? 0 : -1);
  escape(strrchr(here, '/'));
  puts("");
  return 0;
}
