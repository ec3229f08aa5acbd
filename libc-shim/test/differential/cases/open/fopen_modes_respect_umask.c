#include "case.h"

int main(void) {
  const mode_t masks[] = {0, 022, 077, 0777, 0111};
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    umask(masks[i]);
    char name[16];
    snprintf(name, sizeof name, "f%03o", masks[i]);
    FILE *file = fopen(name, "w");
    fputs("x", file);
    fclose(file);
    show_file(name);
  }
  return 0;
}
