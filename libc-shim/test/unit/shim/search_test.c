// The search of execvp and execvpe, and the starting of scripts without "#!", case by case as libc does them.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

typedef int (*search)(const char *, char *const[], char *const[]);

struct outcome {
  int error;   // of the exec, 0 if it worked
  int status;  // of the program
  char output[256];
};

static void put(const char *name, const char *text, mode_t mode) {
  int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode) < 0) abort();
  close(fd);
}

static struct outcome run(search exec, const char *path, const char *file, char *const argv[]) {
  struct outcome outcome = {0};
  int output[2], error[2];
  if (pipe2(output, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0) abort();
  pid_t pid = fork();
  if (pid == 0) {
    if (path == NULL)
      unsetenv("PATH");
    else
      setenv("PATH", path, 1);
    dup2(output[1], STDOUT_FILENO);
    dup2(output[1], STDERR_FILENO);
    exec(file, argv, environ);
    if (write(error[1], &errno, sizeof errno) < 0) abort();
    _exit(99);
  }
  close(output[1]);
  close(error[1]);
  if (read(error[0], &outcome.error, sizeof outcome.error) < 0) abort();
  for (size_t held = 0;;) {
    ssize_t got = read(output[0], outcome.output + held, sizeof outcome.output - 1 - held);
    if (got <= 0) break;
    held += (size_t)got;
  }
  close(output[0]);
  close(error[0]);
  waitpid(pid, &outcome.status, 0);
  return outcome;
}

static void check(search real, const char *name, const char *path, const char *file) {
  char *argv[] = {(char *)"zero", (char *)"one", (char *)"two words", NULL};
  char *none[] = {NULL};
  for (int bare = 0; bare < 2; bare++) {
    struct outcome theirs = run(real, path, file, bare ? none : argv);
    struct outcome ours = run(execvpe, path, file, bare ? none : argv);
    if (ours.error != theirs.error || ours.status != theirs.status || strcmp(ours.output, theirs.output) != 0) {
      fprintf(stderr, "%s: ours errno %d status %d [%s], libc's errno %d status %d [%s]\n", name, ours.error,
              ours.status, ours.output, theirs.error, theirs.status, theirs.output);
      check_failures++;
    }
  }
}

static int discard(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void)status, (void)type, (void)where;
  return remove(path);
}

static void shouldSearchAsExecvpeDoes(void) {
  search real = (search)dlsym(RTLD_NEXT, "execvpe");
  char directory[] = "/tmp/search.XXXXXX";
  if (real == NULL || real == execvpe || mkdtemp(directory) == NULL || chdir(directory) < 0) abort();
  mkdir("a", 0755);
  mkdir("b", 0755);
  mkdir("a/directory", 0755);
  put("a/locked", "#!/bin/sh\necho a/locked\n", 0644);
  put("b/locked", "#!/bin/sh\necho b/locked \"$0\" \"$@\"\n", 0755);
  put("a/only_locked", "", 0600);
  put("b/bare", "echo bare \"$@\"; exit 5\n", 0755);
  put("b/empty", "", 0755);
  put("b/binary", "\177ELF nonsense", 0755);
  put("b/lost", "#!/no/such/interpreter\n", 0755);
  put("b/refused", "#!/etc/passwd\n", 0755);
  put("here", "#!/bin/sh\necho here \"$@\"\n", 0755);
  put("b/directory", "#!/bin/sh\necho b/directory\n", 0755);
  if (symlink("nowhere", "a/dangling") < 0 || symlink("loop", "a/loop") < 0 || symlink("../here", "b/linked") < 0)
    abort();
  char *absolute, long_name[NAME_MAX + 2], *long_path = malloc(3 * PATH_MAX);
  if (asprintf(&absolute, "%s/a:%s/b", directory, directory) < 0) abort();
  memset(long_name, 'n', NAME_MAX + 1);
  long_name[NAME_MAX + 1] = '\0';
  memset(long_path, 'p', 3 * PATH_MAX);
  strcpy(long_path + 2 * PATH_MAX, ":b");

  check(real, "found first", "b:a", "locked");
  check(real, "not executable, found later", "a:b", "locked");
  check(real, "absolute directories", absolute, "locked");
  check(real, "only one that is not executable", "a:b", "only_locked");
  check(real, "missing", "a:b", "missing");
  check(real, "a directory, found later", "a:b", "directory");
  check(real, "only a directory", "a", "directory");
  check(real, "an empty element is the current directory", "a::b", "here");
  check(real, "a leading colon", ":a", "here");
  check(real, "a trailing colon", "a:", "here");
  check(real, "an empty PATH", "", "here");
  check(real, "no PATH", NULL, "true");
  check(real, "no PATH, missing", NULL, "here");
  check(real, "a script without a first line", "a:b", "bare");
  check(real, "an empty file", "a:b", "empty");
  check(real, "a broken binary", "b", "binary");
  check(real, "a missing interpreter", "b", "lost");
  check(real, "an interpreter that is not executable", "b", "refused");
  check(real, "dangling link", "a:b", "dangling");
  check(real, "links in a circle", "a:b", "loop");
  check(real, "a link", "a:b", "linked");
  check(real, "an element that is a file", "here:b", "locked");
  check(real, "an element that is not there", "none:b", "locked");
  check(real, "with a slash", "b", "./here");
  check(real, "with a slash, bare", "a", "b/bare");
  check(real, "with a slash, missing", "a", "b/none");
  check(real, "a directory as the file", "a", "a/");
  check(real, "no name", "a:b", "");
  check(real, "too long a name", "a:b", long_name);
  check(real, "too long a directory alone", long_path + 2, "locked");

  free(long_path);
  free(absolute);
  nftw(directory, discard, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void) {
  RUN(shouldSearchAsExecvpeDoes);
  return check_result();
}
