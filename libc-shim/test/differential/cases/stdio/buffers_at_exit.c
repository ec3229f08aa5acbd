#include "case.h"

static void leaves_by_exit(void) {
  FILE *file = fopen("by-exit", "w");
  fputs("flushed by exit", file);
  exit(0);
}

static void leaves_by__exit(void) {
  FILE *file = fopen("by-_exit", "w");
  fputs("lost", file);
  _exit(0);
}

static void leaves_by_abort(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  FILE *file = fopen("by-abort", "w");
  setvbuf(file, NULL, _IOLBF, 0);
  fputs("a line\nlost", file);
  abort();
}

static void executes(void) {
  FILE *file = fopen("by-exec", "w");
  fputs("lost", file);
  fflush(file);
  fputs(" too", file);
  execl("/bin/true", "true", NULL);
}

int main(void) {
  in_child(leaves_by_exit);
  in_child(leaves_by__exit);
  in_child(leaves_by_abort);
  in_child(executes);
  show_contents("by-exit");
  show_contents("by-_exit");
  show_contents("by-abort");
  show_contents("by-exec");
  return 0;
}
