// Why something failed, kept until whoever owns the terminal or the failure file tells it.
//
// One reason per process; not for threads. Every function of dcp-run and dcp-spawner that can fail sets it, so that a
// user sees exactly one line.
#ifndef DCP_RUN_REASON_H
#define DCP_RUN_REASON_H

enum {
  DCP_EXIT_PLATFORM = 125,        // the platform failed, or the command line is wrong
  DCP_EXIT_NOT_EXECUTABLE = 126,  // as env(1)
  DCP_EXIT_NOT_FOUND = 127,       // as env(1)
};

// Remembers the reason (one line, cut at 1 KiB; control characters become '?'). Returns -1, errno unchanged.
int dcp_reason(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The reason remembered last; "" if none.
const char *dcp_reason_text(void);

// Writes "PROGRAM: REASON" to stderr in one write. Returns DCP_EXIT_PLATFORM.
int dcp_reason_tell(const char *program);

#endif
