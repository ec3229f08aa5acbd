#include "case.h"

int main(void) {
  put("in", "first line\nsecond line\n");
  put("other", "other line\n");
  FILE *file = fopen("in", "r");
  char line[64];
  printf("%s", fgets(line, sizeof line, file));
  int before = fileno(file);
  FILE *again = freopen("other", "r", file);
  TRUTH(again == file);
  TRUTH(fileno(again) == before);
  printf("%s", fgets(line, sizeof line, again));
  again = freopen("made", "w", again);
  fputs("written\n", again);
  again = freopen("made", "a", again);
  fputs("appended\n", again);
  again = freopen(NULL, "r", again);
  TRUTH(again == NULL || fileno(again) == before);
  if (again) fclose(again);
  show_contents("made");
  SHOW_POINTER(freopen("missing/x", "r", fopen("in", "r")));
  file = fopen("in", "r");
  SHOW(close(fileno(file)));
  SHOW_POINTER(freopen("missing/x", "r", file));
  /* the number that was closed behind the stream is the one that the file gets */
  file = fopen("in", "r");
  SHOW(close(fileno(file)));
  again = freopen("made", "w", file);
  TRUTH(again == file);
  fputs("into the file\n", again);
  SHOW(fclose(again));
  show_contents("made");
  /* what a stream on the same file has not written yet comes before the file is emptied */
  file = fopen("made", "a");
  fputs("too late\n", file);
  again = freopen("made", "w", file);
  SHOW(fclose(again));
  show_contents("made");
  fflush(stdout);
  int saved = dup(1);
  TRUTH(freopen("stdout", "w", stdout) == stdout);
  printf("into the tree\n");
  fflush(stdout);
  dup2(saved, 1);
  show_contents("stdout");
  return 0;
}
