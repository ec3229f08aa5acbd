#include "case.h"

int main(void) {
  put("f", "one\ntwo\n");
  int fd = MUST(open("f", O_RDWR));
  FILE *file = SHOW_POINTER(fdopen(fd, "r+"));
  char line[16];
  printf("%s", fgets(line, sizeof line, file));
  SHOW(fseek(file, 0, SEEK_END));
  SHOW(fprintf(file, "three\n"));
  SHOW(fclose(file));
  SHOW(fcntl(fd, F_GETFD));
  show_contents("f");
  fd = MUST(open("f", O_RDONLY));
  SHOW_POINTER(fdopen(fd, "w"));
  SHOW_POINTER(fdopen(99, "r"));
  file = SHOW_POINTER(fdopen(fd, "r"));
  SHOW(close(fd));
  SHOW(fgetc(file));
  return 0;
}
