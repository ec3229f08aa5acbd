// Calls on a file at depth 4: tree DIRECTORY WARM-UP COUNT. Makes DIRECTORY/bench/a/b/file, warms up by WARM-UP calls
// of each kind, times COUNT single calls of each kind, in turn. For each a line "NAME P50-NS P99-NS".
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

static char path[PATH_MAX];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void make_file(const char *directory) {
  static const char *const below[] = {"/bench", "/a", "/b", "/file"};
  int length = snprintf(path, sizeof path / 2, "%s", directory);
  for (int i = 0; i < 3; i++) {
    length += sprintf(path + length, "%s", below[i]);
    mkdir(path, 0755);
  }
  sprintf(path + length, "%s", below[3]);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, "contents\n", 9) != 9 || close(fd) != 0) {
    fail(path);
  }
}

static void call_stat(void) {
  struct stat seen;
  if (stat(path, &seen) != 0) {
    fail(path);
  }
}

static void call_open(void) {
  int fd = open(path, O_RDONLY);
  if (fd < 0 || close(fd) != 0) {
    fail(path);
  }
}

static void call_chmod(void) {
  if (chmod(path, 0644) != 0) {
    fail(path);
  }
}

static int64_t timed(void (*call)(void)) {
  int64_t start = now_ns();
  call();
  return now_ns() - start;
}

static void print(const char *name, int64_t *samples, size_t count) {
  int64_t p50 = quantile(samples, count, 0.5);
  printf("%s %lld %lld\n", name, (long long)p50, (long long)quantile(samples, count, 0.99));
}

int main(int argc, char **argv) {
  long warm_up = argc > 3 ? atol(argv[2]) : 0;
  size_t count = argc > 3 ? (size_t)atol(argv[3]) : 0;
  int64_t *stats = calloc(count, sizeof *stats), *opens = calloc(count, sizeof *opens);
  int64_t *changes = calloc(count, sizeof *changes);
  if (count == 0 || stats == NULL || opens == NULL || changes == NULL) {
    fprintf(stderr, "usage: tree DIRECTORY WARM-UP COUNT\n");
    return 2;
  }
  make_file(argv[1]);
  for (long i = 0; i < warm_up; i++) {
    call_stat();
    call_open();
    call_chmod();
  }
  for (size_t i = 0; i < count; i++) {
    stats[i] = timed(call_stat);
    opens[i] = timed(call_open);
    changes[i] = timed(call_chmod);
  }
  print("stat", stats, count);
  print("open", opens, count);
  print("chmod", changes, count);
  return 0;
}
