#include "case.h"

int main(void) {
  FILE *file = SHOW_POINTER(tmpfile());
  SHOW(fputs("temporary", file) >= 0);
  rewind(file);
  char text[16] = {0};
  SHOW(fread(text, 1, 15, file));
  puts(text);
  struct stat st;
  SHOW(fstat(fileno(file), &st));
  printf("links %lu mode %04o\n", (unsigned long)st.st_nlink, st.st_mode & 07777);
  SHOW(fclose(file));
  char here[PATH_MAX];
  MUST(getcwd(here, sizeof here) ? 0 : -1);
  MUST(setenv("TMPDIR", here, 1));
  char *name = tempnam(here, "pre");
  TRUTH(name && strncmp(name, here, strlen(here)) == 0);
  TRUTH(access(name, F_OK) != 0);
  file = SHOW_POINTER(fopen(name, "w+x"));
  fclose(file);
  SHOW(unlink(name));
  show_directory(".");
  return 0;
}
