#include "case.h"

int main(void) {
  MUST(mkdir("d", 0755));
  SHOW(open("d", O_WRONLY));
  SHOW(open("d", O_RDWR));
  SHOW(open("d", O_RDONLY | O_CREAT, 0644));
  SHOW(open("d", O_RDONLY | O_TRUNC));
  SHOW(open(".", O_WRONLY));
  SHOW(open("d/", O_RDWR));
  SHOW_POINTER(fopen("d", "w"));
  SHOW_POINTER(fopen("d", "r+"));
  FILE *file = SHOW_POINTER(fopen("d", "r"));
  SHOW(fgetc(file));
  SHOW(ferror(file) != 0);
  return 0;
}
