/*
 * Strikes at a point of the workload:
 *
 *   trigger REPORT COUNT MICROSECONDS ACTION...
 *
 * waits until the actor of that report has begun its operation COUNT, or has ended, waits so many microseconds, and
 * then does at once: PID kills that process, PID,SIGNAL sends it another signal, @REPORT kills the process of that
 * actor, !MOUNT,FLAGS takes the power from an ext4. It never runs under the shim, and is prepared for everything
 * beforehand.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <time.h>

#include "report.h"

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)

enum { MAX_ACTIONS = 16, POLL_NS = 20000, SETTLED_ROUNDS = 50 * 60 * 20 };

struct action {
  int fd;
  uint32_t flags;
  pid_t pid;
  int signal;
  const struct report *report;
};

static void pause_ns(long long ns) {
  struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  while (nanosleep(&time, &time) < 0 && errno == EINTR) {
  }
}

static const struct report *report_at(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  void *mapping = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct report), PROT_READ, MAP_SHARED, fd, 0);
  if (mapping == MAP_FAILED) {
    perror(path);
    exit(3);
  }
  close(fd);
  return mapping;
}

static struct action prepared(char *word) {
  struct action action = {.fd = -1, .signal = SIGKILL};
  if (word[0] == '!') {
    char *comma = strchr(word, ',');
    action.flags = (uint32_t)atoi(comma + 1);
    *comma = '\0';
    action.fd = open(word + 1, O_RDONLY | O_CLOEXEC);
    if (action.fd < 0) {
      perror(word + 1);
      exit(3);
    }
  } else if (word[0] == '@') {
    action.report = report_at(word + 1);
  } else {
    const char *comma = strchr(word, ',');
    action.pid = atoi(word);
    action.signal = comma ? atoi(comma + 1) : SIGKILL;
  }
  return action;
}

static void strike(const struct action *action) {
  if (action->fd >= 0) {
    uint32_t flags = action->flags;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
    fflush(stdout);
    if (ioctl(action->fd, EXT4_IOC_SHUTDOWN, &flags) < 0) {
      perror("EXT4_IOC_SHUTDOWN");
      exit(3);
    }
  } else {
    pid_t pid = action->report ? __atomic_load_n(&action->report->pid, __ATOMIC_ACQUIRE) : action->pid;
    if (pid > 0) {
      kill(pid, action->signal);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 5 || argc - 4 > MAX_ACTIONS) {
    fprintf(stderr, "usage: trigger REPORT COUNT MICROSECONDS ACTION...\n");
    return 2;
  }
  struct action actions[MAX_ACTIONS];
  for (int i = 4; i < argc; i++) {
    actions[i - 4] = prepared(argv[i]);
  }
  const struct report *report = report_at(argv[1]);
  uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
  for (int rounds = 0; rounds < SETTLED_ROUNDS && __atomic_load_n(&report->intents, __ATOMIC_ACQUIRE) < count &&
                       __atomic_load_n(&report->state, __ATOMIC_ACQUIRE) == REPORT_RUNNING;
       rounds++) {
    pause_ns(POLL_NS);
  }
  pause_ns(atoll(argv[3]) * 1000);
  for (int i = 0; i < argc - 4; i++) {
    strike(&actions[i]);
  }
  return 0;
}
