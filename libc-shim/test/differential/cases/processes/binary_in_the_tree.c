#include "case.h"

int main(int argc, char **argv) {
  if (argc > 1) {
    char target[PATH_MAX] = {0};
    MUST(readlink("/proc/self/exe", target, sizeof target - 1));
    printf("I am %s\n", target);
    printf("called %s, invoked as %s\n", argv[0], program_invocation_short_name);
    put("made-by-binary", "x");
    return 23;
  }
  char command[PATH_MAX + 16];
  snprintf(command, sizeof command, "cp %s ./binary && chmod 755 ./binary", argv[0]);
  SHOW(system(command));
  SHOW(system("./binary again"));
  SHOW(system("PATH=$PWD binary again"));
  SHOW(system("\"$PWD/binary\" again"));
  MUST(symlink("binary", "link"));
  SHOW(system("./link again"));
  SHOW(system("mkdir sub; mv binary sub; cd sub; ./binary again; ls"));
  SHOW(system("rm -r sub link made-by-binary"));
  return 0;
}
