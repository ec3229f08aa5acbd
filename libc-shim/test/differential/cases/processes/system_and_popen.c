#include "case.h"

int main(void) {
  put("f", "line 1\nline 2\n");
  SHOW(system("cat f; exit 3"));
  SHOW(system("kill -TERM $$"));
  SHOW(system(NULL) != 0);
  SHOW(system("missing-command 2>/dev/null"));
  SHOW(system("echo made > g"));
  show_contents("g");
  FILE *pipe = popen("cat f; pwd -P", "r");
  char line[PATH_MAX];
  while (fgets(line, sizeof line, pipe)) printf("read: %s", line);
  SHOW(pclose(pipe));
  pipe = popen("cat > written; exit 4", "w");
  fprintf(pipe, "to the child");
  SHOW(pclose(pipe));
  show_contents("written");
  pipe = popen("sort -r f", "re");
  printf("%s", fgets(line, sizeof line, pipe));
  SHOW(pclose(pipe));
  SHOW_POINTER(popen("true", "x"));
  SHOW(chdir("/"));
  SHOW(system("test \"$(pwd -P)\" = /"));
  return 0;
}
