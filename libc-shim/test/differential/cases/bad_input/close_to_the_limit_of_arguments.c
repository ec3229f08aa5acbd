/* Argument lists and environments at and beyond what exec takes. */
#include "case.h"

enum { STRING_MAX = 131072 }; /* the kernel's MAX_ARG_STRLEN */

static char *letters(const char *start, size_t length) {
  char *text = malloc(length + 1);
  memset(text, 'x', length);
  memcpy(text, start, strlen(start));
  text[length] = '\0';
  return text;
}

static void run(const char *what, char **argv, char **envp) {
  printf("%s: ", what);
  pid_t pid = fork();
  if (pid == 0) {
    execve(argv[0], argv, envp);
    printf("%s ", errno_name(errno));
    _exit(1);
  }
  reap(pid);
}

int main(void) {
  char *plain[] = {(char *)"A=1", NULL};
  char *command[] = {(char *)"/bin/true", NULL, NULL};
  command[1] = letters("", STRING_MAX - 1);
  run("longest argument", command, plain);
  command[1] = letters("", STRING_MAX);
  run("too long an argument", command, plain);
  command[1] = NULL;
  char *long_environment[] = {letters("A=", STRING_MAX - 1), NULL};
  run("longest variable", command, long_environment);
  long_environment[0] = letters("A=", STRING_MAX);
  run("too long a variable", command, long_environment);
  long_environment[0] = letters("LD_PRELOAD=", STRING_MAX - 600);
  char *asan[] = {letters("ASAN_OPTIONS=", STRING_MAX - 100), NULL};
  run("long options", command, asan);
  /* Many variables, all of them whole on the other side. */
  enum { VARIABLES = 1000 };
  static char *many[VARIABLES + 1];
  for (int i = 0; i < VARIABLES; i++) {
    many[i] = letters("", 1000);
    snprintf(many[i], 1000, "V%d=", i);
    many[i][strlen(many[i])] = 'x';
  }
  char *count[] = {(char *)"/bin/sh", (char *)"-c", (char *)"env | grep -c '^V[0-9]*=x*$'", NULL};
  run("many variables", count, many);
  /* In all the kernel takes a quarter of the stack's limit; leave room for what every program is given. */
  struct rlimit limit;
  MUST(getrlimit(RLIMIT_STACK, &limit));
  size_t room = (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > 24 << 20 ? 6 << 20 : limit.rlim_cur / 4) - 8192;
  size_t words = room / (STRING_MAX + sizeof(char *));
  char **list = calloc(words + 300, sizeof *list);
  list[0] = (char *)"/bin/true";
  for (size_t i = 1; i <= words; i++) list[i] = letters("", STRING_MAX - 1);
  list[words] = letters("", room % STRING_MAX / 2);
  run("close to the limit", list, plain);
  for (size_t i = words + 1; i < words + 3; i++) list[i] = letters("", STRING_MAX - 1);
  run("beyond the limit", list, plain);
  put("script", "#!/bin/sh\necho $#\n");
  MUST(chmod("script", 0755));
  list[0] = (char *)"./script";
  for (size_t i = 1; i <= 200; i++) list[i] = (char *)"word";
  list[201] = NULL;
  run("script", list, plain);
  list[0] = letters("/bin/../", PATH_MAX);
  run("too long a path", list, plain);
  setenv("HUGE", letters("", 100000), 1);
  SHOW(WEXITSTATUS(system("test ${#HUGE} = 100000")));
  return 0;
}
