/* The way editors and package managers write: a new file over the old name; readers see old or new, never none. */
#include "case.h"

int main(void) {
  put("config", "00000");
  pid_t pid = MUST(fork());
  if (pid == 0) {
    int wrong = 0;
    for (int i = 0; i < 400; i++) {
      const char *text = get("config");
      wrong += strlen(text) != 5 || text[0] == '<';
    }
    _exit(wrong ? 1 : 0);
  }
  for (int i = 1; i <= 300; i++) {
    char text[8];
    snprintf(text, sizeof text, "%05d", i);
    put("config.new", text);
    MUST(rename("config.new", "config"));
  }
  reap(pid);
  show_contents("config");
  show_directory(".");
  return 0;
}
