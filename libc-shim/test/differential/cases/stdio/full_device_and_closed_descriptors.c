#include "case.h"

int main(void) {
  FILE *file = fopen("/dev/full", "w");
  SHOW(fputs("x", file) >= 0);
  SHOW(fflush(file));
  SHOW(fclose(file));
  file = fopen("f", "w");
  SHOW(fputs("x", file) >= 0);
  close(fileno(file));
  SHOW(fclose(file));
  show_contents("f");
  file = fopen("f", "w");
  fputs("kept", file);
  int copy = dup(fileno(file));
  SHOW(fclose(file));
  SHOW(write(copy, " more", 5));
  show_contents("f");
  file = fdopen(copy, "w");
  SHOW(fclose(file));
  SHOW(write(copy, "x", 1));
  char *memory;
  size_t size;
  file = open_memstream(&memory, &size);
  fputs("in memory", file);
  SHOW(fclose(file));
  puts(memory);
  file = fmemopen("text", 4, "r");
  SHOW(fgetc(file));
  return 0;
}
