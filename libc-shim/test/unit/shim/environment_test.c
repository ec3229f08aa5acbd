// What an exec passes on: environment.c.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#include "../../../src/calls/environment.h"

#define RUN_ENTRY "DCP_RUN=/run/dcp"
#define ROOT "DCP_ROOT=/dcp"
#define HOME_ENTRY "DCP_HOME=/home/u/.dcp"
#define SHIM "/run/dcp/libdcp.so"
#define ASAN "ASAN_OPTIONS=verify_asan_link_order=0"
#define MOST 16

struct example {
  const char *name;
  const char *given[MOST];
  const char *wanted[MOST];  // none: as given, and nothing is built
};

static const struct example examples[] = {
    {"empty", {NULL}, {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, ASAN, "DCP_ADDED=1f"}},
    {"other variables stay in their places",
     {"A=1", "B=", "C"},
     {"A=1", "B=", "C", RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, ASAN, "DCP_ADDED=1f"}},
    {"in order", {RUN_ENTRY, "LD_PRELOAD=" SHIM, ROOT, "X=1", HOME_ENTRY, ASAN}, {NULL}},
    {"in order with a preload and options of the user",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/a.so b.so:" SHIM, "ASAN_OPTIONS=a=1:verify_asan_link_order=0:b=2"},
     {NULL}},
    {"the user's preload comes first",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/jemalloc.so /faketime.so", ASAN},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/jemalloc.so:/faketime.so:" SHIM, ASAN}},
    {"the shim moves to the end, once",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM ":/a.so::" SHIM, ASAN},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/a.so:" SHIM, ASAN}},
    {"an empty preload",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=", ASAN},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, ASAN}},
    {"a library whose name only begins like the shim's",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM ".old", ASAN},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM ".old:" SHIM, ASAN}},
    {"options of the user stay",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, "ASAN_OPTIONS=detect_leaks=0"},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, "ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0"}},
    {"empty options",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, "ASAN_OPTIONS="},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, ASAN}},
    {"an option that only ends like ours",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, "ASAN_OPTIONS=xverify_asan_link_order=0"},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM,
      "ASAN_OPTIONS=xverify_asan_link_order=0:verify_asan_link_order=0"}},
    {"another platform's directory is obeyed",
     {"DCP_RUN=/elsewhere/run", ROOT, HOME_ENTRY, "LD_PRELOAD=" SHIM, ASAN},
     {"DCP_RUN=/elsewhere/run", ROOT, HOME_ENTRY, "LD_PRELOAD=/elsewhere/run/libdcp.so", ASAN}},
    {"an empty DCP_RUN counts as none",
     {"DCP_RUN=", ROOT, HOME_ENTRY, ASAN},
     {"DCP_RUN=", ROOT, HOME_ENTRY, ASAN, "LD_PRELOAD=" SHIM, "DCP_ADDED=08"}},
    {"what was added before and now is added to what was",
     {RUN_ENTRY, "DCP_ADDED=01", HOME_ENTRY, ASAN, "LD_PRELOAD=" SHIM},
     {RUN_ENTRY, "DCP_ADDED=03", HOME_ENTRY, ASAN, "LD_PRELOAD=" SHIM, ROOT}},
    {"of two preloads the last counts",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/a.so", "LD_PRELOAD=/b.so", ASAN},
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOAD=/a.so", "LD_PRELOAD=/b.so:" SHIM, ASAN}},
    {"names that only begin alike",
     {RUN_ENTRY, ROOT, HOME_ENTRY, "LD_PRELOADS=x", "DCP_RUNS=y", "LD_PRELOAD=" SHIM, ASAN},
     {NULL}},
};

static void fail(const char *name, const char *what) {
  fprintf(stderr, "%s: %s\n", name, what);
  check_failures++;
}

static void compare(const char *name, char *const *got, const char *const *wanted) {
  size_t i = 0;
  for (; got[i] != NULL && wanted[i] != NULL; i++) {
    if (strcmp(got[i], wanted[i]) != 0) {
      fprintf(stderr, "%s: got %s, wanted %s\n", name, got[i], wanted[i]);
      check_failures++;
    }
  }
  if (got[i] != NULL || wanted[i] != NULL) fail(name, "not as many entries as wanted");
}

// The room is exactly what was asked for, so that ASan sees a byte too much.
static void check(const char *name, char *const *given, const char *const *wanted) {
  size_t room = dcp_environment_room(given);
  if (wanted[0] == NULL) {
    if (room != 0) fail(name, "would be changed");
    return;
  }
  if (room == 0) {
    fail(name, "would not be changed");
    return;
  }
  void *memory = malloc(room);
  char **got = dcp_environment_build(given, memory);
  compare(name, got, wanted);
  if (dcp_environment_room(got) != 0) fail(name, "what was built is not in order");
  free(memory);
}

static void shouldPassOnLargeEnvironments(void) {
  enum { COUNT = 20000, LENGTH = 100000 };
  char **given = calloc(COUNT + 2, sizeof *given);
  for (int i = 0; i < COUNT; i++) given[i] = (char *)"V=x";
  char *preload = malloc(LENGTH);
  memset(preload, 'p', LENGTH - 1);
  memcpy(preload, "LD_PRELOAD=/", 12);
  preload[LENGTH - 1] = '\0';
  given[COUNT] = preload;
  void *memory = malloc(dcp_environment_room(given));
  char **got = dcp_environment_build(given, memory);
  if (strncmp(got[COUNT], preload, LENGTH - 1) != 0 || strcmp(got[COUNT] + LENGTH - 1, ":" SHIM) != 0)
    fail("large", "the preload is not kept");
  free(memory);
  free(preload);
  free(given);
}

static void shouldBringEnvironmentsIntoOrder(void) {
  check("NULL", NULL, examples[0].wanted);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    check(examples[i].name, (char *const *)examples[i].given, examples[i].wanted);
}

int main(int count, char **arguments) {
  (void)count;
  if (getenv("DCP_RUN") == NULL || strcmp(getenv("DCP_RUN"), RUN_ENTRY + 8) != 0) {
    putenv((char *)RUN_ENTRY);
    putenv((char *)ROOT);
    putenv((char *)HOME_ENTRY);
    // libc's own: ours would name a library that is not there.
    int (*real)(const char *, char *const[]) = (int (*)(const char *, char *const[]))dlsym(RTLD_NEXT, "execv");
    real("/proc/self/exe", arguments);
    perror("exec");
    return 1;
  }
  RUN(shouldBringEnvironmentsIntoOrder);
  RUN(shouldPassOnLargeEnvironments);
  return check_result();
}
