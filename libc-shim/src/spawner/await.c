#include "await.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "../run/reason.h"
#include "../table/region.h"
#include "restarts.h"

enum { START_WAIT_MS = 30000, SILENT_MS = 500, LOOK_MS = 50, GONE_LOOK_MS = 5 };

// A terminal's line that is there while something takes long.
struct progress {
  const char *caller;
  bool shown;
};

static void progress_show(struct progress *progress, const struct dcp_home *home) {
  if (progress->shown || !progress->caller || !isatty(STDERR_FILENO)) return;
  dprintf(STDERR_FILENO, "%s: starting the platform of %s ...", progress->caller, home->directory);
  progress->shown = true;
}

static void progress_clear(struct progress *progress) {
  if (progress->shown) dprintf(STDERR_FILENO, "\r\033[K");
  progress->shown = false;
}

// A line from the pipe, or that there was none.
static enum dcp_awaited read_report(const struct dcp_home *home, int report) {
  char line[1024];
  ssize_t length = read(report, line, sizeof line - 1);
  if (length <= 0) {
    dcp_reason("the platform ended while it was starting, see %s/agent.log", home->directory);
  } else {
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    dcp_reason("%s", line);
  }
  return DCP_AWAITED_FAILED;
}

// How far a start has come that takes long; 0 if it tells nothing.
static uint64_t steps_of_start(int region) {
  uint64_t steps = 0;
  ssize_t length = region < 0 ? -1 : pread(region, &steps, sizeof steps, offsetof(struct dcp_region, start_steps));
  return length == (ssize_t)sizeof steps ? steps : 0;
}

static int open_region(const struct dcp_home *home) {
  char path[PATH_MAX];
  return dcp_path_join(path, home->run, "region") < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

// Waits START_WAIT_MS from the last sign that the start goes on. *REGION: -1, or what is to be closed afterwards.
static enum dcp_awaited await(const struct dcp_home *home, int report, int changes, int *region,
                              struct progress *progress) {
  int64_t begin = dcp_now_ms(), last_step = begin;
  uint64_t steps = 0;
  for (;;) {
    if (dcp_home_is_ready(home)) return DCP_AWAITED_READY;
    if (report < 0 && !dcp_home_is_held(home)) return DCP_AWAITED_GONE;
    if (*region < 0) *region = open_region(home);
    int64_t now = dcp_now_ms(), passed = now - begin;
    uint64_t done = steps_of_start(*region);
    if (done != steps) last_step = now;
    steps = done;
    if (now - last_step >= START_WAIT_MS) {
      dcp_reason("the platform was not ready within %d s, see %s/agent.log", START_WAIT_MS / 1000, home->directory);
      return DCP_AWAITED_FAILED;
    }
    if (passed >= SILENT_MS) progress_show(progress, home);
    enum { CHANGES, REPORT };
    struct pollfd events[] = {
        [CHANGES] = {.fd = changes, .events = POLLIN}, [REPORT] = {.fd = report, .events = POLLIN}};
    poll(events, sizeof events / sizeof *events, LOOK_MS);
    if (events[REPORT].revents) return read_report(home, report);
    char ignored[4096];
    if (events[CHANGES].revents && read(changes, ignored, sizeof ignored) < 0 && errno != EAGAIN) changes = -1;
  }
}

enum dcp_awaited dcp_await_ready(const struct dcp_home *home, int report, const char *caller) {
  struct progress progress = {.caller = caller};
  // Without inotify (no more instances for this user) it looks every LOOK_MS.
  int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (changes >= 0) inotify_add_watch(changes, home->run, IN_CREATE | IN_MOVED_TO);
  int region = -1;
  enum dcp_awaited outcome = await(home, report, changes, &region, &progress);
  if (region >= 0) close(region);
  if (changes >= 0) close(changes);
  progress_clear(&progress);
  return outcome;
}

int dcp_await_gone(const struct dcp_home *home, int seconds) {
  int64_t until = dcp_now_ms() + (int64_t)seconds * 1000;
  while (dcp_home_is_held(home)) {
    if (dcp_now_ms() >= until) return dcp_reason("the platform of %s is still there", home->directory);
    poll(NULL, 0, GONE_LOOK_MS);
  }
  return 0;
}
