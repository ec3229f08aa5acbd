/*
 * random-ops SEED COUNT DIRECTORY [--outside DIRECTORY] [--only FILE]
 * Executes operations 0 .. COUNT-1 of the seed in DIRECTORY, or those whose numbers are in FILE, and prints a line for
 * each.
 */
#include "ops.h"

#include <signal.h>
#include <sys/resource.h>

#define SURVEY_EVERY 500
#define HANG_SECONDS 300 /* longer than calls wait for an agent, also on a machine that does much else */

static void last_words(int signal) {
  say(signal == SIGALRM ? " HANGS" : " CRASHES by %s", sigabbrev_np(signal));
  log_flush();
  _exit(3);
}

static void catch_accidents(void) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM};
  struct sigaction action = {.sa_handler = last_words};
  for (size_t i = 0; i < COUNT_OF(signals); i++) sigaction(signals[i], &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGIO, SIG_IGN);
}

static unsigned char *read_selection(const char *path, uint64_t count) {
  unsigned char *wanted = calloc(count + 1, 1);
  FILE *file = fopen(path, "r");
  unsigned long long index;
  if (file == NULL || wanted == NULL) {
    perror("random-ops: selection");
    exit(2);
  }
  while (fscanf(file, "%llu", &index) == 1)
    if (index < count) wanted[index] = 1;
  fclose(file);
  return wanted;
}

static void run_operation(uint64_t seed, uint64_t index) {
  alarm(HANG_SECONDS);
  dice_seed(seed, index);
  const struct family *family = choose_family(false);
  log_begin(index, family->name);
  family->run();
  state_guard();
  log_end();
}

static void run_survey(uint64_t seed, uint64_t index) {
  alarm(HANG_SECONDS);
  dice_seed(~seed, index);
  uid_t uid = geteuid();
  gid_t gid = getegid();
  gid_t groups[16];
  int count = getgroups(COUNT_OF(groups), groups);
  become_root();
  log_begin(index, "survey");
  survey(work);
  log_end();
  become(uid, gid, count < 0 ? 0 : (size_t)count, groups);
}

int main(int argc, char **argv) {
  const char *outside = NULL, *only = NULL;
  for (int i = 4; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--outside") == 0) outside = argv[i + 1];
    if (strcmp(argv[i], "--only") == 0) only = argv[i + 1];
  }
  if (argc < 4) {
    fprintf(stderr, "usage: random-ops SEED COUNT DIRECTORY [--outside DIRECTORY] [--only FILE]\n");
    return 2;
  }
  uint64_t seed = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
  unsigned char *wanted = only != NULL ? read_selection(only, count) : NULL;
  log_open();
  catch_accidents();
  state_begin(argv[3], outside);
  observe_begin();
  for (uint64_t index = 0; index < count; index++) {
    if (wanted == NULL || wanted[index]) run_operation(seed, index);
    if (index % SURVEY_EVERY == SURVEY_EVERY - 1 && (wanted == NULL || wanted[index])) run_survey(seed, index);
  }
  run_survey(seed, count);
  log_flush();
  return 0;
}
