// Calls that are not the tree's: foreign BATCHES. For each call a line "NAME NANOSECONDS", the mean of the fastest of
// BATCHES batches: interruptions by other programs only add time, so that the fastest batch is the one that shows the
// call itself. The batches of all calls take turns.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

enum { CALLS_IN_BATCH = 500 };

static int descriptor;
static char byte[1];
static struct stat seen;

static int call_read(void) { return (int)read(descriptor, byte, 0); }
static int call_pread(void) { return (int)pread(descriptor, byte, sizeof byte, 0); }
static int call_fstat(void) { return fstat(descriptor, &seen); }
static int call_stat(void) { return stat("/etc/passwd", &seen); }
static int call_access(void) { return access("/etc/passwd", R_OK); }
static int call_open_close(void) {
  int fd = open("/etc/passwd", O_RDONLY);
  return fd < 0 ? -1 : close(fd);
}

static const struct {
  const char *name;
  int (*call)(void);
} calls[] = {
    {"read", call_read}, {"pread", call_pread},   {"fstat", call_fstat},
    {"stat", call_stat}, {"access", call_access}, {"open+close", call_open_close},
};
enum { CALLS = sizeof calls / sizeof *calls };

static int64_t batch(int (*call)(void)) {
  int64_t start = now_ns();
  for (int i = 0; i < CALLS_IN_BATCH; i++) {
    if (call() < 0) {
      perror("foreign");
      exit(1);
    }
  }
  return now_ns() - start;
}

int main(int argc, char **argv) {
  int batches = argc > 1 ? atoi(argv[1]) : 200;
  int64_t fastest[CALLS];
  descriptor = open("/etc/passwd", O_RDONLY);
  for (int i = 0; i < batches; i++) {
    for (int call = 0; call < CALLS; call++) {
      int64_t taken = batch(calls[call].call);
      if (i == 0 || taken < fastest[call]) {
        fastest[call] = taken;
      }
    }
  }
  for (int call = 0; call < CALLS; call++) {
    printf("%s %.2f\n", calls[call].name, (double)fastest[call] / CALLS_IN_BATCH);
  }
  return 0;
}
