// The environment of a program: preloads and ASan options of the user's own stay.
#include "../../../src/run/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void should_set(const char *name, const char *given, const char *expected) {
  struct dcp_options options = {0};
  struct dcp_home home = {.directory = "/h", .run = "/h/run"};
  struct dcp_platform platform = {.root = "/dcp"};
  if (given)
    setenv(name, given, 1);
  else
    unsetenv(name);
  const char *got = dcp_environment_set(&options, &home, &platform, "/run/dcp") == 0 ? getenv(name) : NULL;
  if (got && strcmp(got, expected) == 0) return;
  printf("not ok - %s=%s became %s, not %s\n", name, given ? given : "(unset)", got ? got : "(unset)", expected);
  failures++;
}

int main(void) {
  should_set("LD_PRELOAD", NULL, "/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", "", "/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", "/run/dcp/libdcp.so", "/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", "a.so", "a.so:/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", " a.so: b.so::", "a.so:b.so:/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", "/other/run/libdcp.so a.so libdcp.so", "a.so:/run/dcp/libdcp.so");
  should_set("LD_PRELOAD", "mylibdcp.so", "mylibdcp.so:/run/dcp/libdcp.so");
  should_set("ASAN_OPTIONS", NULL, "verify_asan_link_order=0");
  should_set("ASAN_OPTIONS", "", "verify_asan_link_order=0");
  should_set("ASAN_OPTIONS", "halt_on_error=1", "halt_on_error=1:verify_asan_link_order=0");
  should_set("ASAN_OPTIONS", "verify_asan_link_order=1", "verify_asan_link_order=1");
  should_set("DCP_ROOT", "/wrong", "/dcp");
  should_set("DCP_RUN", NULL, "/run/dcp");
  should_set("DCP_HOME", NULL, "/h");
  if (!failures) printf("ok - environment of a program\n");
  return failures != 0;
}
