#include "case.h"

static void measure(const char *what) { printf("%s: %lld\n", what, (long long)stat_of("f").st_size); }

int main(void) {
  FILE *file = fopen("f", "w");
  static char buffer[100];
  SHOW(setvbuf(file, buffer, _IOFBF, sizeof buffer));
  fputs("0123456789", file);
  measure("ten bytes buffered");
  for (int i = 0; i < 95; i++) fputc('x', file);
  measure("the buffer overflowed");
  fflush(file);
  measure("flushed");
  SHOW(setvbuf(file, NULL, _IONBF, 0));
  fputs("unbuffered", file);
  measure("unbuffered");
  static char big[200000];
  memset(big, 'b', sizeof big);
  SHOW(fwrite(big, 1, sizeof big, file));
  SHOW(fclose(file));
  measure("closed");
  file = fopen("f", "r");
  SHOW(fread(big, 1000, 300, file));
  SHOW(feof(file) != 0);
  SHOW(fclose(file));
  file = fopen("wide", "w,ccs=UTF-8");
  SHOW(file != NULL);
  fclose(file);
  file = fopen("f", "r");
  SHOW(fileno(file));
  SHOW(fcloseall());
  SHOW(fcntl(3, F_GETFD));
  return 0;
}
