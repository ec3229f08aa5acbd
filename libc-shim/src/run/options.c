#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "reason.h"

const char dcp_usage[] =
    "usage: dcp-run [--instances N] [--place home|spread|pack|fastest|cheapest|TYPE] [--budget AMOUNT]"
    " [--env K=V] [--cwd DIR] [--cluster HOST:PORT] [--] CMD [ARG...]\n";

static int take_instances(const char *value) {
  char *end;
  long count = strtol(value, &end, 10);
  if (*end || end == value || count < 1) return dcp_reason("--instances %s: not a number from 1", value);
  if (count > 1) return dcp_reason("--instances %s: this version runs everything on 1 instance", value);
  return 0;
}

static int take_budget(const char *value, struct dcp_options *options) {
  size_t digits = strspn(value, "0123456789");
  const char *rest = value + digits;
  if (*rest == '.') {
    size_t decimals = strspn(rest + 1, "0123456789");
    digits += decimals;
    rest += 1 + decimals;
  }
  if (digits == 0 || *rest) return dcp_reason("--budget %s: not an amount", value);
  options->budget = value;
  return 0;
}

static int take_setting(char *value, struct dcp_options *options) {
  const char *equals = strchr(value, '=');
  if (!equals || equals == value) return dcp_reason("--env %s: not K=V", value);
  options->settings[options->setting_count++] = value;
  return 0;
}

static int take(const char *name, char *value, struct dcp_options *options) {
  if (strcmp(name, "instances") == 0) return take_instances(value);
  if (strcmp(name, "budget") == 0) return take_budget(value, options);
  if (strcmp(name, "env") == 0) return take_setting(value, options);
  if (strcmp(name, "cluster") == 0)
    return dcp_reason("--cluster %s: this version has no clusters, only the platform of DCP_HOME", value);
  if (!*value) return dcp_reason("--%s: empty", name);
  if (strcmp(name, "cwd") == 0)
    options->cwd = value;
  else
    options->place = value;
  return 0;
}

// The known name that the option spells, with its length; NULL if none.
static const char *known(const char *option, size_t length) {
  static const char *const names[] = {"instances", "place", "budget", "env", "cwd", "cluster"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == length && memcmp(names[i], option, length) == 0) return names[i];
  return NULL;
}

int dcp_options_read(struct dcp_options *options, int argc, char **argv, bool *show_usage) {
  *options = (struct dcp_options){.settings = argv + 1};
  *show_usage = false;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; at++) {
    if (strcmp(argv[at], "--") == 0) {
      at++;
      break;
    }
    if (strcmp(argv[at], "--help") == 0) {
      options->help = true;
      return 0;
    }
    size_t length = strcspn(argv[at], "=");
    const char *name = strncmp(argv[at], "--", 2) == 0 ? known(argv[at] + 2, length - 2) : NULL;
    *show_usage = true;
    if (!name) return dcp_reason("unknown option: %s", argv[at]);
    char *value = argv[at][length] == '=' ? argv[at] + length + 1 : argv[++at];
    if (!value) return dcp_reason("--%s: no value", name);
    *show_usage = false;
    if (take(name, value, options) < 0) return -1;
  }
  if (at >= argc) {
    *show_usage = true;
    return dcp_reason("no command");
  }
  options->command = argv + at;
  return 0;
}
