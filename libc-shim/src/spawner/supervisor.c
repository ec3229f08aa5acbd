#include "supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../run/reason.h"
#include "restarts.h"
#include "statedir.h"

enum { DOWN_WAIT_MS = 20000 };

// What one supervisor knows.
struct watch {
  struct dcp_instance *instance;
  struct dcp_restarts restarts;
  pid_t guardian, agent;
  int guardian_fd, agent_fd, signal_fd;  // pidfds are -1 while there is no such process
  int64_t start_at_ms;                   // when the next agent may start, if there is none
  int64_t kill_at_ms;                    // when an agent that was asked to end is killed; 0: it was not asked
};

static int open_pid(pid_t pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0);  // close-on-exec by itself
}

// A line in agent.log.
static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...) {
  char text[512], moment[32];
  time_t now = time(NULL);
  struct tm fields;
  strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &fields));
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  dprintf(STDERR_FILENO, "%s dcp-spawner[%d]: %s\n", moment, (int)getpid(), text);
}

void dcp_report_failure(const struct dcp_instance *instance, const char *reason) {
  char line[1100];
  snprintf(line, sizeof line, "%s\n", reason);
  note("failed: %s", reason);
  if (dcp_run_write(&instance->home, "failure", line) < 0) note("%s", dcp_reason_text());
  if (write(instance->report, line, strlen(line)) < 0) note("nobody waits for this");
}

static void write_pid(const struct dcp_instance *instance, const char *name, pid_t pid) {
  char content[16];
  snprintf(content, sizeof content, "%d\n", (int)pid);
  // On a full disk the platform goes on without: only dcp-run and status need it, and say so.
  if (dcp_run_write(&instance->home, name, content) < 0) note("%s", dcp_reason_text());
}

static void leave(struct watch *watch) {
  static const char *const names[] = {"ready", "agent.pid", "supervisor.pid", "guardian.pid"};
  struct dcp_instance *instance = watch->instance;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) dcp_run_remove(&instance->home, names[i]);
  dcp_endpoints_remove(&instance->home, &instance->endpoints);
  atomic_store(&instance->ledger->ending, true);
  note("down");
  _exit(0);
}

// --- the agent ---

static void start_agent(struct watch *watch) {
  struct dcp_instance *instance = watch->instance;
  dcp_run_remove(&instance->home, "ready");
  dcp_statedir_sweep(&instance->home);
  dcp_statedir_make_room(&instance->home);
  watch->agent = dcp_agent_start(&instance->command, &instance->endpoints, atomic_load(&instance->ledger->served));
  if (watch->agent < 0) {
    note("%s", dcp_reason_text());
    watch->agent = 0;
    watch->start_at_ms = dcp_now_ms() + dcp_restarts_delay_ms(&watch->restarts, dcp_now_ms());
    return;
  }
  watch->agent_fd = open_pid(watch->agent);
  atomic_store(&instance->ledger->agent_start_tick, dcp_process_start(watch->agent));
  atomic_store(&instance->ledger->agent, watch->agent);
  write_pid(instance, "agent.pid", watch->agent);
}

// An agent of a supervisor that was killed is being killed with it, but may not be gone yet.
static void await_orphan(struct dcp_instance *instance) {
  pid_t pid = atomic_load(&instance->ledger->agent);
  if (pid == 0) return;
  int fd = open_pid(pid);
  if (fd >= 0 && dcp_process_start(pid) == atomic_load(&instance->ledger->agent_start_tick)) {
    struct pollfd gone = {.fd = fd, .events = POLLIN};
    syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
    while (poll(&gone, 1, -1) < 0 && errno == EINTR) continue;
  }
  if (fd >= 0) close(fd);
  atomic_store(&instance->ledger->agent, 0);
}

static bool is_ready(const struct dcp_instance *instance) {
  char path[PATH_MAX];
  return dcp_path_join(path, instance->home.run, "ready") == 0 && access(path, F_OK) == 0;
}

static void describe(int status, char into[static 64]) {
  if (WIFSIGNALED(status))
    snprintf(into, 64, "killed by signal %d", WTERMSIG(status));
  else
    snprintf(into, 64, "exit status %d", WEXITSTATUS(status));
}

// The reason that the agent left in run/failure, or that it left none.
static void tell_refusal(const struct dcp_instance *instance) {
  char path[PATH_MAX], line[1024];
  if (dcp_path_join(path, instance->home.run, "failure") == 0 && dcp_file_read(path, line, sizeof line) > 0) {
    line[strcspn(line, "\n")] = '\0';
  } else {
    snprintf(line, sizeof line, "the agent refused to start, see %.900s/agent.log", instance->home.directory);
  }
  dcp_report_failure(instance, line);
}

// Decides what an agent's end means. Returns only if another is to be started.
static void agent_ended(struct watch *watch, int status) {
  struct dcp_instance *instance = watch->instance;
  char how[64];
  describe(status, how);
  note("agent %d ended: %s", (int)watch->agent, how);
  close(watch->agent_fd);
  watch->agent_fd = -1;
  watch->agent = 0;
  atomic_store(&instance->ledger->agent, 0);
  dcp_run_remove(&instance->home, "agent.pid");
  if (is_ready(instance)) atomic_store(&instance->ledger->served, true);
  bool served = atomic_load(&instance->ledger->served);
  if (watch->kill_at_ms || (WIFEXITED(status) && WEXITSTATUS(status) == DCP_AGENT_ASKED_DOWN)) leave(watch);
  if (WIFEXITED(status) && WEXITSTATUS(status) == DCP_AGENT_REFUSED && !served) {
    tell_refusal(instance);
    leave(watch);
  }
  int64_t now = dcp_now_ms();
  int delay = dcp_restarts_delay_ms(&watch->restarts, now);
  if (delay > 0 && !served) {
    char line[PATH_MAX + 128];
    snprintf(line, sizeof line, "the agent died %d times while starting (%s), see %s/agent.log", DCP_RESTARTS_AT_ONCE,
             how, instance->home.directory);
    dcp_report_failure(instance, line);
    leave(watch);
  }
  watch->start_at_ms = now + delay;
}

// --- each other ---

static _Noreturn void supervise(struct dcp_instance *instance, pid_t guardian);

static pid_t fork_supervisor(struct dcp_instance *instance) {
  pid_t guardian = getpid(), pid = fork();
  if (pid == 0) supervise(instance, guardian);
  return pid;
}

// Follows one supervisor after another until the platform goes down.
static _Noreturn void follow(struct dcp_instance *instance, pid_t supervisor) {
  struct dcp_restarts restarts = {0};
  prctl(PR_SET_NAME, "dcp-guardian");
  write_pid(instance, "guardian.pid", getpid());
  for (;;) {
    int fd = supervisor > 0 ? open_pid(supervisor) : -1;
    struct pollfd gone = {.fd = fd, .events = POLLIN};
    while (fd >= 0 && poll(&gone, 1, -1) < 0 && errno == EINTR) continue;
    if (fd >= 0) close(fd);
    if (supervisor > 0) waitpid(supervisor, NULL, WNOHANG);  // ours to reap only if we started it
    if (atomic_load(&instance->ledger->ending)) _exit(0);
    note("supervisor %d is gone, starting another", (int)supervisor);
    poll(NULL, 0, dcp_restarts_delay_ms(&restarts, dcp_now_ms()));
    supervisor = fork_supervisor(instance);
  }
}

_Noreturn void dcp_guard(struct dcp_instance *instance) { follow(instance, fork_supervisor(instance)); }

static void replace_guardian(struct watch *watch) {
  if (watch->guardian_fd >= 0) close(watch->guardian_fd);
  pid_t supervisor = getpid(), pid = fork();
  if (pid == 0) {
    close(watch->signal_fd);
    if (watch->agent_fd >= 0) close(watch->agent_fd);
    follow(watch->instance, supervisor);
  }
  watch->guardian = pid;
  watch->guardian_fd = pid > 0 ? open_pid(pid) : -1;
  note("the guardian was gone, %d is the new one", (int)pid);
}

// --- the supervisor's life ---

static void begin_down(struct watch *watch) {
  atomic_store(&watch->instance->ledger->ending, true);
  if (!watch->agent) leave(watch);
  if (watch->kill_at_ms) return;
  kill(watch->agent, SIGTERM);
  watch->kill_at_ms = dcp_now_ms() + DOWN_WAIT_MS;
}

static void take_signals(struct watch *watch) {
  struct signalfd_siginfo info;
  while (read(watch->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo != SIGCHLD) begin_down(watch);
  }
}

static void reap(struct watch *watch) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
    if (pid == watch->agent) agent_ended(watch, status);
}

static int poll_timeout(const struct watch *watch) {
  int64_t until = watch->kill_at_ms ? watch->kill_at_ms : watch->agent ? INT64_MAX : watch->start_at_ms;
  if (until == INT64_MAX) return -1;
  int64_t left = until - dcp_now_ms();
  return left < 0 ? 0 : (int)left;
}

static int open_signals(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static _Noreturn void supervise(struct dcp_instance *instance, pid_t guardian) {
  struct watch watch = {.instance = instance, .guardian = guardian, .agent_fd = -1, .signal_fd = open_signals()};
  prctl(PR_SET_NAME, "dcp-supervisor");
  watch.guardian_fd = open_pid(guardian);
  await_orphan(instance);
  write_pid(instance, "supervisor.pid", getpid());
  if (atomic_load(&instance->ledger->ending)) leave(&watch);
  start_agent(&watch);
  for (;;) {
    enum { SIGNALS, GUARDIAN };
    struct pollfd events[] = {[SIGNALS] = {.fd = watch.signal_fd, .events = POLLIN},
                              [GUARDIAN] = {.fd = watch.guardian_fd, .events = POLLIN}};
    poll(events, sizeof events / sizeof *events, poll_timeout(&watch));
    take_signals(&watch);
    reap(&watch);
    if (watch.guardian_fd < 0 || events[GUARDIAN].revents) replace_guardian(&watch);
    if (watch.agent && watch.kill_at_ms && dcp_now_ms() >= watch.kill_at_ms) {
      kill(watch.agent, SIGKILL);
      watch.kill_at_ms = INT64_MAX;
    }
    if (!watch.agent && dcp_now_ms() >= watch.start_at_ms) start_agent(&watch);
  }
}
