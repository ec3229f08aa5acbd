// dcp-run's command line.
#include "../../../src/run/options.h"

#include <stdio.h>
#include <string.h>

#include "../../../src/run/reason.h"

static int failures;

static void check(bool right, const char *what) {
  if (right) return;
  printf("not ok - %s (reason: %s)\n", what, dcp_reason_text());
  failures++;
}

static int read_words(struct dcp_options *options, bool *usage, char **words) {
  int count = 0;
  while (words[count]) count++;
  return dcp_options_read(options, count, words, usage);
}

#define READ(...) read_words(&options, &usage, (char *[]){(char *)"dcp-run", __VA_ARGS__, NULL})
#define W(word) (char *)(word)

static void should_end_at_the_command(void) {
  struct dcp_options options;
  bool usage;
  check(READ(W("make"), W("--env"), W("-j2")) == 0 && strcmp(options.command[0], "make") == 0, "first word");
  check(strcmp(options.command[1], "--env") == 0 && !options.command[3], "the command's own options");
  check(READ(W("--"), W("-x")) == 0 && strcmp(options.command[0], "-x") == 0, "after --");
  check(READ(W("--"), W("--")) == 0 && strcmp(options.command[0], "--") == 0, "only the first -- is ours");
}

static void should_take_values_in_both_forms(void) {
  struct dcp_options options;
  bool usage;
  check(READ(W("--cwd"), W("/a"), W("--place=spread"), W("--env=A="), W("--env"), W("B=c=d"), W("x")) == 0,
        "all forms");
  check(strcmp(options.cwd, "/a") == 0 && strcmp(options.place, "spread") == 0, "cwd and place");
  check(options.setting_count == 2 && strcmp(options.settings[0], "A=") == 0, "an empty value");
  check(strcmp(options.settings[1], "B=c=d") == 0, "a value with =");
}

static void should_refuse_with_usage(void) {
  struct dcp_options options;
  bool usage;
  check(READ(W("--nope"), W("x")) < 0 && usage, "unknown long option");
  check(READ(W("-e"), W("x")) < 0 && usage, "unknown short option");
  check(READ(W("--envy=A=1"), W("x")) < 0 && usage, "longer than a name");
  check(READ(W("--en=A=1"), W("x")) < 0 && usage, "shorter than a name");
  check(READ(W("-")) < 0 && usage, "a lone dash");
  check(READ(W("--cwd")) < 0 && usage && strstr(dcp_reason_text(), "no value"), "value missing");
  check(READ(W("--cwd=/a")) < 0 && usage && strstr(dcp_reason_text(), "no command"), "command missing");
}

static void should_refuse_values(void) {
  struct dcp_options options;
  bool usage;
  static const char *const wrong[] = {
      "--env=A",        "--env==1",      "--env=",       "--budget=.",      "--budget=1e3",
      "--budget=-1",    "--instances=0", "--instances=", "--cwd=",          "--instances=2x",
      "--instances=-1", "--cluster=a:1", "--place=",     "--instances=1000"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) check(READ(W(wrong[i]), W("x")) < 0 && !usage, wrong[i]);
  check(READ(W("--budget=1."), W("--budget=.5"), W("--budget"), W("12.34"), W("--instances=1"), W("x")) == 0,
        "right ones");
}

static void test(const char *name, void (*should)(void)) {
  int before = failures;
  should();
  if (failures == before) printf("ok - options: %s\n", name);
}

int main(void) {
  test("end at the command", should_end_at_the_command);
  test("values in both forms", should_take_values_in_both_forms);
  test("refused with usage", should_refuse_with_usage);
  test("refused values", should_refuse_values);
  return failures != 0;
}
