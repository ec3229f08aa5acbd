// dcp-spawner: starts and keeps alive the platform of DCP_HOME on this instance.
//
//   dcp-spawner up [--caller NAME]   starts the platform, unless it runs, and returns when it is ready; without NAME it
//                                    says so
//   dcp-spawner down                 ends it by a signal, for when its HTTP API does not answer
//   dcp-spawner gone                 waits until it is gone
//
// Exit status 0, or 125 with one line on stderr under NAME. Linked statically, so that no preload gets into it. Its
// processes have no terminal, no descriptors of the caller, and default signal handling.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../run/home.h"
#include "../run/reason.h"
#include "await.h"
#include "statedir.h"
#include "supervisor.h"

enum { DOWN_SECONDS = 40 };

// Everything of the caller's that a daemon must not have: descriptors (a pipe that it held open would never end),
// terminal, signal handling, umask, working directory, soft limits.
static void detach(int log, int lock, int report) {
  int keep_low = lock < report ? lock : report, keep_high = lock < report ? report : lock;
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (keep_low > 3) close_range(3, (unsigned)keep_low - 1, 0);
  if (keep_high > keep_low + 1) close_range((unsigned)keep_low + 1, (unsigned)keep_high - 1, 0);
  close_range((unsigned)keep_high + 1, ~0U, 0);
  setsid();
  sigset_t blocked;
  sigfillset(&blocked);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  sigprocmask(SIG_SETMASK, &blocked, NULL);
  umask(022);
  if (chdir("/") < 0) _exit(DCP_EXIT_PLATFORM);
  for (int resource = 0; resource < RLIM_NLIMITS; resource++) {
    struct rlimit limit;
    if (resource == RLIMIT_CORE || resource == RLIMIT_STACK || getrlimit((__rlimit_resource_t)resource, &limit) < 0)
      continue;
    limit.rlim_cur = limit.rlim_max;
    setrlimit((__rlimit_resource_t)resource, &limit);
  }
}

static int prepare(struct dcp_instance *instance) {
  char description[2 * PATH_MAX + 32];
  instance->ledger = mmap(NULL, sizeof *instance->ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (instance->ledger == MAP_FAILED) return dcp_reason("out of memory");
  if (dcp_statedir_install_shim(&instance->home) < 0 ||
      dcp_agent_command_make(&instance->home, &instance->command) < 0 ||
      dcp_place_tree(&instance->home, &instance->place) < 0 ||
      dcp_endpoints_open(&instance->home, &instance->endpoints) < 0 ||
      dcp_region_make(&instance->home, &instance->place, instance->endpoints.count) < 0)
    return -1;
  snprintf(description, sizeof description, "home=%s\nroot=%s\n", instance->home.directory, instance->place.root);
  if (dcp_run_write(&instance->home, "platform", description) < 0) return -1;
  dcp_agent_environment(&instance->home, &instance->place, instance->endpoints.count);
  return 0;
}

static _Noreturn void become_platform(struct dcp_instance *instance, int log, int lock) {
  detach(log, lock, instance->report);
  if (prepare(instance) < 0) {
    dcp_report_failure(instance, dcp_reason_text());
    _exit(DCP_EXIT_PLATFORM);
  }
  dcp_guard(instance);
}

// Starts guardian and supervisor with the lock in hand. Returns the pipe on which they report; -1 with a reason.
static int start(const struct dcp_home *home, int lock) {
  static struct dcp_instance instance;
  int ends[2], log = dcp_statedir_open_log(home);
  if (log < 0) return -1;
  if (pipe2(ends, O_CLOEXEC) < 0) return dcp_reason("no descriptors left: %s", strerror(errno));
  dcp_run_remove(home, "ready");
  dcp_run_remove(home, "failure");
  instance.home = *home;
  instance.report = ends[1];
  pid_t pid = fork();
  if (pid == 0) become_platform(&instance, log, lock);
  close(ends[1]);
  close(log);
  return pid > 0 ? ends[0] : dcp_reason("cannot start the platform: %s", strerror(errno));
}

static int up(const struct dcp_home *home, const char *caller) {
  // A platform that goes down just now, or that somebody else fails to start, is followed by one of our own.
  for (;;) {
    if (dcp_home_is_ready(home)) return 0;
    if (dcp_statedir_make(home) < 0) return -1;
    int report = -1, lock = dcp_statedir_lock(home);
    if (lock < 0 && errno != EAGAIN) return -1;
    if (lock >= 0) {
      report = start(home, lock);
      close(lock);
      if (report < 0) return -1;
    }
    enum dcp_awaited outcome = dcp_await_ready(home, report, caller);
    if (report >= 0) close(report);
    if (outcome == DCP_AWAITED_READY) return 0;
    if (outcome == DCP_AWAITED_FAILED) return -1;
  }
}

static int down(const struct dcp_home *home) {
  struct dcp_platform platform;
  if (!dcp_home_is_held(home)) return 0;
  if (dcp_platform_read(home, &platform) < 0) return -1;
  if (platform.supervisor <= 1 || kill(platform.supervisor, SIGTERM) < 0)
    return dcp_reason("cannot end supervisor %d: %s", (int)platform.supervisor, strerror(errno));
  return dcp_await_gone(home, DOWN_SECONDS);
}

int main(int argc, char **argv) {
  const char *caller = "dcp";
  struct dcp_home home;
  if (argc == 4 && strcmp(argv[2], "--caller") == 0) {
    caller = argv[3];
  } else if (argc != 2) {
    dcp_reason("usage: dcp-spawner up|down|gone [--caller NAME]");
    return dcp_reason_tell("dcp-spawner");
  }
  int result;
  if (dcp_home_find(&home) < 0)
    result = -1;
  else if (strcmp(argv[1], "up") == 0)
    result = up(&home, caller);
  else if (strcmp(argv[1], "down") == 0)
    result = down(&home);
  else if (strcmp(argv[1], "gone") == 0)
    result = dcp_await_gone(&home, DOWN_SECONDS);
  else
    result = dcp_reason("unknown command: %s", argv[1]);
  if (result < 0) return dcp_reason_tell(caller);
  struct dcp_platform platform;
  if (argc == 2 && strcmp(argv[1], "up") == 0 && dcp_platform_read(&home, &platform) == 0)
    printf("up, the tree is at %s\n", platform.root);
  return 0;
}
