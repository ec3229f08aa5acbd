#include "case.h"

int main(void) {
  FILE *file = fopen("f", "w+");
  SHOW(fprintf(file, "line %d\n", 1));
  SHOW(fputs("line 2\n", file) >= 0);
  SHOW(ftell(file));
  SHOW(fseek(file, 5, SEEK_SET));
  SHOW(fputc('X', file));
  SHOW(fseek(file, 0, SEEK_SET));
  char line[64];
  printf("%s", fgets(line, sizeof line, file));
  SHOW(ungetc('Q', file));
  SHOW(fgetc(file));
  fpos_t place;
  SHOW(fgetpos(file, &place));
  printf("%s", fgets(line, sizeof line, file));
  SHOW(fgetc(file));
  SHOW(feof(file) != 0);
  SHOW(fsetpos(file, &place));
  SHOW(feof(file) != 0);
  printf("%s", fgets(line, sizeof line, file));
  SHOW(fseeko(file, 1000, SEEK_SET));
  SHOW(fputc('e', file));
  SHOW(fflush(file));
  SHOW(stat_of("f").st_size);
  SHOW(ftruncate(fileno(file), 7));
  rewind(file);
  char *text = NULL;
  size_t size = 0;
  SHOW(getline(&text, &size, file));
  SHOW(getline(&text, &size, file));
  SHOW(fclose(file));
  file = fopen("f", "r");
  SHOW(fputc('x', file));
  SHOW(ferror(file) != 0);
  int number;
  SHOW(fscanf(file, "line X%d", &number));
  SHOW(fclose(file));
  file = fopen("f", "a+");
  SHOW(ftell(file));
  SHOW(fputs("appended", file) >= 0);
  SHOW(ftell(file));
  SHOW(fclose(file));
  show_contents("f");
  return 0;
}
