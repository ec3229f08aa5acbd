/* A stream of popen ended by fclose: the command is waited for as by pclose. */
/* build: -Wno-mismatched-dealloc */
#include "case.h"

static void nobody_is_left(void) {
  errno = 0;
  int status, got = waitpid(-1, &status, WNOHANG);
  printf("waitpid = %d %s\n", got, errno_name(errno));
}

int main(void) {
  char line[32];
  FILE *stream = popen("echo one; exit 3", "r");
  printf("%s", fgets(line, sizeof line, stream));
  TRUTH(WEXITSTATUS(pclose(stream)) == 3);
  nobody_is_left();
  stream = popen("echo two; exit 4", "r");
  printf("%s", fgets(line, sizeof line, stream));
  TRUTH(WEXITSTATUS(fclose(stream)) == 4);
  nobody_is_left();
  stream = popen("cat > made", "w");
  fputs("by the command\n", stream);
  SHOW(fclose(stream));
  nobody_is_left();
  show_contents("made");
  /* Mixed, and many at once. */
  FILE *streams[40];
  for (int i = 0; i < 40; i++) streams[i] = popen(i % 2 ? "cat >> many" : "echo x", i % 2 ? "w" : "r");
  int wrong = 0;
  for (int i = 0; i < 40; i++) {
    if (i % 2) fputs("line\n", streams[i]);
    wrong += (i % 3 ? fclose : pclose)(streams[i]) != 0;
  }
  SHOW(wrong);
  nobody_is_left();
  SHOW(stat_of("many").st_size);
  /* An ordinary stream that has the memory of one of popen's. */
  for (int i = 0; i < 10; i++) {
    fclose(popen("exit 0", "r"));
    stream = fopen("made", "r");
    wrong += fclose(stream) != 0;
  }
  SHOW(wrong);
  nobody_is_left();
  return 0;
}
