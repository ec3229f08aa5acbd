// Programs started and awaited.
//   children spawn COUNT A B   posix_spawn and wait of the programs A and B in turn, COUNT of each;
//                              prints the median of each in nanoseconds: "A-NS B-NS"
//   children fork A            fork, exec and wait of A for each line of standard input; prints each time, in
//   nanoseconds
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { MOST = 10000 };

static void await(pid_t pid, const char *program) {
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
    fprintf(stderr, "children: %s failed\n", program);
    exit(1);
  }
}

static int64_t by_spawn(char *program, char *argument) {
  char *argv[] = {program, argument, NULL};
  pid_t pid = -1;
  int64_t start = now_ns();
  if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0) {
    pid = -1;
  }
  await(pid, program);
  return now_ns() - start;
}

static int64_t by_fork(char *program) {
  char *argv[] = {program, NULL};
  int64_t start = now_ns();
  pid_t pid = fork();
  if (pid == 0) {
    execv(program, argv);
    _exit(127);
  }
  await(pid, program);
  return now_ns() - start;
}

int main(int argc, char **argv) {
  static int64_t plain[MOST], wrapped[MOST];
  size_t count = argc > 3 ? (size_t)atoi(argv[2]) : 0;
  if (argc == 5 && strcmp(argv[1], "spawn") == 0 && count > 0 && count <= MOST) {
    for (size_t i = 0; i < count; i++) {
      plain[i] = by_spawn(argv[3], NULL);
      wrapped[i] = by_spawn(argv[4], argv[3]);
    }
    printf("%lld %lld\n", (long long)quantile(plain, count, 0.5), (long long)quantile(wrapped, count, 0.5));
  } else if (argc == 3 && strcmp(argv[1], "fork") == 0) {
    while (getchar() == '\n') {
      printf("%lld\n", (long long)by_fork(argv[2]));
      fflush(stdout);
    }
  } else {
    fprintf(stderr, "usage: children spawn COUNT PROGRAM WRAPPER | fork PROGRAM\n");
    return 2;
  }
  return 0;
}
