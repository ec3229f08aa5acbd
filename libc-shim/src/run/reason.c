#include "reason.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char text[1024];

int dcp_reason(const char *format, ...) {
  int saved = errno;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  for (char *c = text; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
  errno = saved;
  return -1;
}

const char *dcp_reason_text(void) { return text; }

int dcp_reason_tell(const char *program) {
  char line[sizeof text + 64];
  int length = snprintf(line, sizeof line, "%s: %s\n", program, text);
  if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0) {
    // nobody listens: the exit status still tells
  }
  return DCP_EXIT_PLATFORM;
}
