#include "case.h"

static char *const arguments[] = {"prog", "one", "two", NULL};
static char *const environment[] = {"ONLY=this", NULL};

static void by_execl(void) { execl("bin/prog", "prog", "a", NULL); }
static void by_execle(void) { execle("bin/prog", "prog", "a", NULL, environment); }
static void by_execlp(void) { execlp("prog", "prog", "a", "b", NULL); }
static void by_execv(void) { execv("./bin/prog", arguments); }
static void by_execve(void) { execve("bin/prog", arguments, environment); }
static void by_execvp(void) { execvp("prog", arguments); }
static void by_execvpe(void) { execvpe("prog", arguments, environment); }
static void by_fexecve(void) { fexecve(MUST(open("bin/prog", O_RDONLY)), arguments, environment); }
static void by_execveat(void) { execveat(MUST(open("bin", O_RDONLY)), "prog", arguments, environment, 0); }
static void by_syscall(void) { syscall(SYS_execve, "bin/prog", arguments, environment); }
static void empty_path(void) { execveat(MUST(open("bin/prog", O_RDONLY)), "", arguments, environment, AT_EMPTY_PATH); }
static void missing(void) { SHOW(execvp("missing", arguments)); }
static void directory(void) { SHOW(execv("bin", arguments)); }
static void no_permission(void) { SHOW(execv("plain", arguments)); }
static void no_format(void) { SHOW(execv("empty", arguments)); }
static void shell_fallback(void) { execvp("nomagic", arguments); }
static void no_environment(void) { SHOW(execve("bin/prog", arguments, NULL)); }

int main(void) {
  MUST(mkdir("bin", 0755));
  put("bin/prog", "#!/bin/sh\necho \"$0 got $*; ONLY=$ONLY\"; [ -e marker ] && echo sees the tree\n");
  MUST(chmod("bin/prog", 0755));
  put("bin/nomagic", "echo no magic: $*\n");
  MUST(chmod("bin/nomagic", 0755));
  put("marker", "");
  put("plain", "#!/bin/sh\n");
  put("empty", "");
  MUST(chmod("empty", 0755));
  char path[PATH_MAX + 32], here[PATH_MAX];
  MUST(getcwd(here, sizeof here) ? 0 : -1);
  snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", here);
  setenv("PATH", path, 1);
  void (*forms[])(void) = {by_execl,   by_execle,     by_execlp,   by_execv,       by_execve,     by_execvp,
                           by_execvpe, by_fexecve,    by_execveat, by_syscall,     empty_path,    missing,
                           directory,  no_permission, no_format,   shell_fallback, no_environment};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    printf("%zu\n", i);
    in_child(forms[i]);
  }
  return 0;
}
