// Programs that start others inside the platform: the environment, the tree in file actions, what a cold tree is asked
// for.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_platform.h"

static void put(const char *name, const char *text, mode_t mode) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  CHECK(fchmod(fd, mode) == 0);
  close(fd);
}

static const char *contents(const char *name) {
  static char text[65536];
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  text[length < 0 ? 0 : length] = '\0';
  close(fd);
  return text;
}

static int status_of(pid_t pid) {
  int status;
  return waitpid(pid, &status, 0) == pid ? status : -1;
}

// --- the environment ---

// Programs see what they were given, so that what they were started with is asked of the kernel.
#define SHOW_ENVIRONMENT "/usr/bin/tr '\\0' '\\n' </proc/self/environ >out"

static char *const env[] = {(char *)"sh", (char *)"-c", (char *)SHOW_ENVIRONMENT, NULL};

enum way { EXECVE, EXECVE_NULL, EXECLE, EXECVPE, FEXECVE, EXECVEAT, SYSCALL, SPAWN, SPAWNP, WAYS };

static pid_t start(enum way way, char *const envp[]) {
  int out = open("out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  pid_t pid = -1;
  if (way == SPAWN || way == SPAWNP) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    int error = way == SPAWN ? posix_spawn(&pid, "/bin/sh", &actions, NULL, env, envp)
                             : posix_spawnp(&pid, "sh", &actions, NULL, env, envp);
    CHECK(error == 0);
    posix_spawn_file_actions_destroy(&actions);
  } else if ((pid = way == EXECVE ? vfork() : fork()) == 0) {
    dup2(out, STDOUT_FILENO);
    switch (way) {
      case EXECVE:
        execve("/bin/sh", env, envp);
        break;
      case EXECVE_NULL:
        execve("/bin/sh", env, NULL);
        break;
      case EXECLE:
        execle("/bin/sh", "sh", "-c", SHOW_ENVIRONMENT, (char *)NULL, envp);
        break;
      case EXECVPE:
        execvpe("sh", env, envp);
        break;
      case FEXECVE:
        fexecve(open("/bin/sh", O_RDONLY | O_CLOEXEC), env, envp);
        break;
      case EXECVEAT:
        execveat(AT_FDCWD, "/bin/sh", env, envp, 0);
        break;
      default:
        syscall(SYS_execve, "/bin/sh", env, envp);
        break;
    }
    _exit(99);
  }
  close(out);
  return pid;
}

static void shouldStayInEveryEnvironment(void) {
  char *const envp[] = {(char *)"A=b", NULL};
  for (enum way way = EXECVE; way < WAYS; way++) {
    CHECK(status_of(start(way, envp)) == 0);
    const char *text = contents("out");
    CHECK(way == EXECVE_NULL || strstr(text, "A=b\n") == text);
    CHECK(strstr(text, "/run/libdcp.so\n") != NULL);
    CHECK(strstr(text, "DCP_ROOT=") != NULL && strstr(text, "DCP_RUN=") != NULL && strstr(text, "DCP_HOME=") != NULL);
    CHECK(strstr(text, "ASAN_OPTIONS=verify_asan_link_order=0\n") != NULL);
  }
}

static void shouldStayInAnEnvironmentThatTheShellEmptied(void) {
  CHECK(system("env -i sh -c \"" SHOW_ENVIRONMENT "\"") == 0);
  CHECK(strstr(contents("out"), "/run/libdcp.so\n") != NULL);
  char **before = environ;
  char *none[] = {NULL};
  environ = none;
  CHECK(system(SHOW_ENVIRONMENT) == 0);
  CHECK(strstr(contents("out"), "/run/libdcp.so\n") != NULL);
  FILE *stream = popen(SHOW_ENVIRONMENT, "r");
  CHECK(stream != NULL && pclose(stream) == 0);
  CHECK(strstr(contents("out"), "/run/libdcp.so\n") != NULL);
  environ = before;
}

static void shouldPassHugeEnvironmentsFromAVforkChild(void) {
  enum { COUNT = 20000 };
  char **envp = calloc(COUNT + 1, sizeof *envp);
  for (int i = 0; i < COUNT; i++) envp[i] = (char *)"VARIABLE=x";
  char *const argv[] = {(char *)"sh", (char *)"-c",
                        (char *)"/usr/bin/tr '\\0' '\\n' </proc/self/environ | /usr/bin/tail -n 2 >out", NULL};
  pid_t pid = vfork();
  if (pid == 0) {
    execve("/bin/sh", argv, envp);
    _exit(99);
  }
  CHECK(status_of(pid) == 0);
  free(envp);
}

// --- file actions ---

struct action_case {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

static int spawn_shell(struct action_case *one, const char *text) {
  char *const argv[] = {(char *)"sh", (char *)"-c", (char *)text, NULL};
  pid_t pid = -1;
  fake_asked();
  int error = posix_spawn(&pid, "/bin/sh", &one->actions, &one->attributes, argv, environ);
  if (error != 0) return -error;
  return status_of(pid);
}

static void begin(struct action_case *one) {
  posix_spawn_file_actions_init(&one->actions);
  posix_spawnattr_init(&one->attributes);
}

static void end(struct action_case *one) {
  posix_spawn_file_actions_destroy(&one->actions);
  posix_spawnattr_destroy(&one->attributes);
  int status;
  CHECK(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
}

static void shouldOpenFilesOfTheTreeInTheChild(void) {
  struct action_case one;
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, STDOUT_FILENO, "made", O_WRONLY | O_CREAT | O_TRUNC, 0640);
  posix_spawn_file_actions_adddup2(&one.actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addopen(&one.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  CHECK(spawn_shell(&one, "cat; echo text; echo more >&2; exit 4") == W_EXITCODE(4, 0));
  CHECK(strstr(fake_asked(), "open made") != NULL);
  CHECK(strcmp(contents("made"), "text\nmore\n") == 0);
  CHECK(fcntl(STDOUT_FILENO, F_GETFD) != -1);
  end(&one);
}

static void shouldTellWhatTheChildCouldNotOpen(void) {
  struct action_case one;
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, 5, "none", O_RDONLY, 0);
  CHECK(spawn_shell(&one, "exit 0") == -ENOENT);
  end(&one);
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, 5, "made", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&one.actions, 123, 6);
  CHECK(spawn_shell(&one, "exit 0") == -EBADF);
  end(&one);
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, 5, "made", O_RDONLY, 0);
  char *const argv[] = {(char *)"none", NULL};
  pid_t pid;
  CHECK(posix_spawn(&pid, "/no/such/program", &one.actions, NULL, argv, environ) == ENOENT);
  CHECK(posix_spawnp(&pid, "no-such-program", &one.actions, NULL, argv, environ) == ENOENT);
  end(&one);
}

static void shouldPerformTheOtherActions(void) {
  CHECK(mkdir("directory", 0755) == 0 || errno == EEXIST);
  struct action_case one;
  begin(&one);
  posix_spawn_file_actions_addchdir_np(&one.actions, "directory");
  posix_spawn_file_actions_addopen(&one.actions, STDOUT_FILENO, "inside", O_WRONLY | O_CREAT, 0644);
  posix_spawn_file_actions_addopen(&one.actions, 7, "inside", O_WRONLY | O_CLOEXEC, 0);
  posix_spawn_file_actions_addopen(&one.actions, 8, "inside", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&one.actions, 9, "inside", O_WRONLY, 0);
  posix_spawn_file_actions_addclose(&one.actions, 8);
  posix_spawn_file_actions_addclose(&one.actions, 99);
  CHECK(spawn_shell(&one, "basename $(pwd); test ! -e /dev/fd/7 -a ! -e /dev/fd/8 -a -e /dev/fd/9") == 0);
  CHECK(strcmp(contents("directory/inside"), "directory\n") == 0);
  end(&one);
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, 11, "directory", O_RDONLY | O_DIRECTORY, 0);
  posix_spawn_file_actions_addfchdir_np(&one.actions, 11);
  posix_spawn_file_actions_addclosefrom_np(&one.actions, 3);
  posix_spawn_file_actions_addopen(&one.actions, STDOUT_FILENO, "inside", O_WRONLY | O_TRUNC, 0);
  CHECK(spawn_shell(&one, "test ! -e /dev/fd/11 && basename $(pwd)") == 0);
  CHECK(strcmp(contents("directory/inside"), "directory\n") == 0);
  end(&one);
}

static void shouldSetAttributesAsLibcDoes(void) {
  struct action_case one;
  begin(&one);
  posix_spawn_file_actions_addopen(&one.actions, STDOUT_FILENO, "made", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  sigset_t defaults, mask;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGUSR1);
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR2);
  posix_spawnattr_setsigdefault(&one.attributes, &defaults);
  posix_spawnattr_setsigmask(&one.attributes, &mask);
  posix_spawnattr_setpgroup(&one.attributes, 0);
  posix_spawnattr_setflags(&one.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  signal(SIGUSR1, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  char *const argv[] = {(char *)"grep", (char *)"-E", (char *)"NSpgid|SigBlk|SigIgn", (char *)"/proc/self/status",
                        NULL};
  pid_t pid;  // not of a shell: dash clears its mask
  CHECK(posix_spawn(&pid, "/bin/grep", &one.actions, &one.attributes, argv, environ) == 0 && status_of(pid) == 0);
  unsigned long ignored = 0;  // USR1 is at its default in the child
  sscanf(strstr(contents("/proc/self/status"), "SigIgn:"), "SigIgn: %lx", &ignored);
  ignored &= ~(1UL << (SIGUSR1 - 1));
  CHECK((ignored & 1UL << (SIGHUP - 1)) != 0);
  char wanted[128];
  snprintf(wanted, sizeof wanted, "NSpgid:\t%d\nSigBlk:\t%016lx\nSigIgn:\t%016lx\n", pid, 1UL << (SIGUSR2 - 1),
           ignored);
  CHECK(strcmp(contents("made"), wanted) == 0);
  signal(SIGUSR1, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  end(&one);
}

// --- a cold tree ---

static pid_t run(const char *file, bool search) {
  char *const argv[] = {(char *)"name", (char *)"argument", NULL};
  pid_t pid = fork();
  if (pid == 0) {
    if (search)
      execvp(file, argv);
    else
      execv(file, argv);
    _exit(errno);
  }
  return pid;
}

static bool asked(const char *line) {
  const char *log = fake_asked();
  if (strstr(log, line) != NULL) return true;
  fprintf(stderr, "was asked:\n%s", log);
  return false;
}

static void shouldPrepareWhatItExecutes(void) {
  char absolute[PATH_MAX + 32], foreign[] = "/tmp/dcp-script.XXXXXX", text[2 * PATH_MAX],
                                *path = strdup(getenv("PATH"));
  put("script", "#!/bin/sh\nexit 21\n", 0755);
  put("plain", "exit 22\n", 0755);
  put("locked", "exit 23\n", 0644);
  CHECK(mkdir("bin", 0755) == 0);
  put("bin/found", "#!/bin/sh\nexit 24\n", 0755);
  snprintf(absolute, sizeof absolute, "%s/script", fake_root);
  fake_set_cold(true);
  fake_asked();
  CHECK(status_of(run("./script", false)) == W_EXITCODE(21, 0) && asked("prepare ./script\n"));
  CHECK(status_of(run(absolute, false)) == W_EXITCODE(21, 0) && asked("/script\n"));
  CHECK(status_of(run("./plain", false)) == W_EXITCODE(ENOEXEC, 0));
  CHECK(status_of(run("./plain", true)) == W_EXITCODE(22, 0));
  CHECK(status_of(run("./locked", false)) == W_EXITCODE(EACCES, 0));
  CHECK(status_of(run("./none", false)) == W_EXITCODE(ENOENT, 0));
  CHECK(status_of(run("bin", false)) == W_EXITCODE(EACCES, 0));
  CHECK(status_of(run("script/x", false)) == W_EXITCODE(ENOTDIR, 0));

  snprintf(text, sizeof text, "/nowhere:bin:%s", path);
  setenv("PATH", text, 1);
  fake_asked();
  CHECK(status_of(run("found", true)) == W_EXITCODE(24, 0) && asked("prepare bin/found\n"));
  pid_t pid;
  char *const argv[] = {(char *)"found", NULL};
  CHECK(posix_spawnp(&pid, "found", NULL, NULL, argv, environ) == 0);
  CHECK(status_of(pid) == W_EXITCODE(24, 0) && asked("prepare bin/found\n"));
  CHECK(posix_spawn(&pid, "bin/found", NULL, NULL, argv, environ) == 0);
  CHECK(status_of(pid) == W_EXITCODE(24, 0) && asked("prepare bin/found\n"));
  setenv("PATH", path, 1);

  snprintf(text, sizeof text, "%s/lib", fake_root);
  setenv("LD_LIBRARY_PATH", text, 1);
  snprintf(text, sizeof text, "prepare /bin/true %s/lib\n", fake_root);
  CHECK(status_of(run("/bin/true", false)) == 0 && asked(text));
  unsetenv("LD_LIBRARY_PATH");

  int fd = mkstemp(foreign);
  dprintf(fd, "#! %s/interpreter -x\n", fake_root);
  fchmod(fd, 0755);
  close(fd);
  CHECK(status_of(run(foreign, false)) == W_EXITCODE(ENOENT, 0) && asked("/interpreter\n"));
  unlink(foreign);
  fd = open("script", O_RDONLY);
  fake_asked();
  char *const names[] = {(char *)"name", NULL};
  if ((pid = fork()) == 0) {
    fexecve(fd, names, environ);
    _exit(99);
  }
  close(fd);
  CHECK(status_of(pid) == W_EXITCODE(21, 0) && asked("/script\n"));
  fake_set_cold(false);
  fake_asked();
  CHECK(status_of(run("./script", false)) == W_EXITCODE(21, 0));
  CHECK(strstr(fake_asked(), "prepare") == NULL);
  free(path);
}

static void shouldPrepareLibraries(void) {
  put("broken.so", "not a library", 0644);
  fake_set_cold(true);
  fake_asked();
  CHECK(dlopen("./broken.so", RTLD_NOW) == NULL && asked("prepare ./broken.so\n"));
  CHECK(dlmopen(LM_ID_NEWLM, "./broken.so", RTLD_NOW) == NULL && asked("prepare ./broken.so\n"));
  setenv("LD_LIBRARY_PATH", fake_root, 1);
  CHECK(dlopen("broken.so", RTLD_NOW) == NULL && asked("/broken.so\n"));
  unsetenv("LD_LIBRARY_PATH");
  void *real = dlopen("libdl.so.2", RTLD_NOW);
  CHECK(real != NULL && dlclose(real) == 0);
  fake_set_cold(false);
}

static void tests(void) {
  RUN(shouldStayInEveryEnvironment);
  RUN(shouldStayInAnEnvironmentThatTheShellEmptied);
  RUN(shouldPassHugeEnvironmentsFromAVforkChild);
  RUN(shouldOpenFilesOfTheTreeInTheChild);
  RUN(shouldTellWhatTheChildCouldNotOpen);
  RUN(shouldPerformTheOtherActions);
  RUN(shouldSetAttributesAsLibcDoes);
  RUN(shouldPrepareWhatItExecutes);
  RUN(shouldPrepareLibraries);
}

int main(int count, char **arguments) {
  (void)count;
  return fake_platform_run(arguments, tests);
}
