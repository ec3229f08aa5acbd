/* build: -fsanitize=address -g */
/* A program that is linked with ASan runs, works on files, and still finds its own errors. */
#include "case.h"

static void overflow(void) {
  close(2);
  MUST(open("report", O_WRONLY | O_CREAT, 0644));
  char *volatile heap = malloc(10);
  heap[10] = 'x';
}

int main(void) {
  int fd = SHOW(open("f", O_RDWR | O_CREAT, 0644));
  SHOW(write(fd, "text", 4));
  FILE *file = fopen("f", "r+");
  char text[8] = {0};
  SHOW(fread(text, 1, 7, file));
  SHOW(fclose(file));
  show_directory(".");
  SHOW(rename("f", "g"));
  char *real = realpath("g", NULL);
  TRUTH(real != NULL);
  free(real);
  struct stat st;
  SHOW(fstat(fd, &st));
  SHOW(system("cat g"));
  in_child(overflow);
  TRUTH(strstr(get("report"), "heap-buffer-overflow") != NULL);
  SHOW(unlink("report"));
  return 0;
}
