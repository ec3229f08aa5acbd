#include "environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"

#define SHIM "libdcp.so"

static bool is_shim(const char *library, size_t length) {
  size_t name = strlen(SHIM);
  return length >= name && memcmp(library + length - name, SHIM, name) == 0 &&
         (length == name || library[length - name - 1] == '/');
}

// ld.so(8): the list is separated by spaces or colons, without a way to escape them.
static int set_preload(const char *run) {
  const char *given = getenv("LD_PRELOAD");
  size_t size = (given ? strlen(given) : 0) + strlen(run) + sizeof "/" SHIM + 1;
  char *list = malloc(size);
  if (!list) return dcp_reason("out of memory");
  char *end = list;
  for (const char *at = given; at && *at;) {
    at += strspn(at, " :");
    size_t length = strcspn(at, " :");
    if (length && !is_shim(at, length)) {
      memcpy(end, at, length);
      end += length;
      *end++ = ':';
    }
    at += length;
  }
  snprintf(end, size - (size_t)(end - list), "%s/%s", run, SHIM);
  int result = setenv("LD_PRELOAD", list, 1);
  free(list);
  return result;
}

static int set_asan_options(void) {
  const char *given = getenv("ASAN_OPTIONS");
  if (!given || !*given) return setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
  if (strstr(given, "verify_asan_link_order=")) return 0;
  char *options;
  if (asprintf(&options, "%s:verify_asan_link_order=0", given) < 0) return -1;
  int result = setenv("ASAN_OPTIONS", options, 1);
  free(options);
  return result;
}

int dcp_environment_set(const struct dcp_options *options, const struct dcp_home *home,
                        const struct dcp_platform *platform, const char *run) {
  for (size_t i = 0; i < options->setting_count; i++)
    if (putenv(options->settings[i]) != 0) return dcp_reason("out of memory");
  if (setenv("DCP_RUN", run, 1) < 0 || setenv("DCP_ROOT", platform->root, 1) < 0 ||
      setenv("DCP_HOME", home->directory, 1) < 0 || set_preload(run) < 0 || set_asan_options() < 0)
    return dcp_reason("out of memory");
  return 0;
}
