/* What an actor of the workload reports, in a file that it, the trigger and the harness map. */
#ifndef DCP_CRASH_REPORT_H
#define DCP_CRASH_REPORT_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, REPORT_RUNNING = 0, REPORT_COMPLETE = 1, REPORT_UNEXPECTED = 2 };

struct outcome {
  uint64_t intent_ns; /* CLOCK_MONOTONIC before the operation */
  uint64_t ack_ns;    /* and after it */
  int64_t result;     /* 0, an errno, or -1: see the message */
};

/*
 *   0 u32 intents: operations begun   4 u32 acks: operations ended   8 u32 state   12 u32 pid
 *   16 message, text   256 outcomes, 24 bytes each
 */
struct report {
  uint32_t intents;
  uint32_t acks;
  uint32_t state;
  int32_t pid;
  char message[240];
  struct outcome outcomes[];
};

/* Maps a report, which is made if it is not there; NULL with errno. */
static inline struct report *map_report(const char *path, uint32_t operations) {
  size_t length = sizeof(struct report) + operations * sizeof(struct outcome);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return NULL;
  }
  struct report *report = MAP_FAILED;
  if (ftruncate(fd, (off_t)length) == 0) {
    report = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  close(fd);
  return report == MAP_FAILED ? NULL : report;
}

#endif
