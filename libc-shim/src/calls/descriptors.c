// Descriptors: the table learns what closes and what is duplicated, and the shim's own descriptors are not there for
// the program: using one fails with EBADF, closing a range leaves them out, and a number that the program wants is made
// free. Rules as in files.c.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../table/place.h"
#include "calls.h"
#include "names.h"
#include "native.h"
#include "old-names.h"
#include "real.h"

static int not_open(void) {
  errno = EBADF;
  return -1;
}

int dcp_close(int fd) {
  if (__builtin_expect(dcp_fd_is_private(fd), 0)) {
    return not_open();
  }
  int result = dcp_native_close(fd);
  dcp_fd_forget(fd);
  return result;
}

int dcp_dup(int fd) {
  if (__builtin_expect(dcp_fd_is_private(fd), 0)) {
    return not_open();
  }
  int result = DCP_WITH_NUMBER(dcp_native_dup(fd));
  if (result >= 0) {
    dcp_fd_duplicated(fd, result);
  }
  return result;
}

int dcp_dup3(int from, int to, int flags, bool is_dup2) {
  if (__builtin_expect(dcp_fd_is_private(from), 0)) {
    return not_open();
  }
  if (__builtin_expect(dcp_fd_is_private(to), 0) && dcp_link_vacate(to) != 0) {
    return -1;
  }
  int result = is_dup2 ? DCP_REAL(dup2)(from, to) : DCP_REAL(dup3)(from, to, flags);
  if (result >= 0 && from != to) {
    dcp_fd_duplicated(from, to);
  }
  return result;
}

int dcp_close_range(unsigned first, unsigned last, int flags) {
  bool closes = (flags & CLOSE_RANGE_CLOEXEC) == 0;
  int result = 0;
  unsigned from = first;
  for (;;) {
    int kept = dcp_fd_next_private(from, last);
    if (kept < 0) {
      result = DCP_REAL(close_range)(from, last, flags);
      break;
    }
    if ((unsigned)kept > from) {
      result = DCP_REAL(close_range)(from, (unsigned)kept - 1, flags);
      if (result != 0) {
        break;
      }
    }
    if ((unsigned)kept == last) {
      break;
    }
    from = (unsigned)kept + 1;
  }
  if (result == 0 && closes) {
    dcp_fd_forget_range(first, last);
  }
  return result;
}

int dcp_fcntl(int fd, int command, long argument) {
  if (__builtin_expect(dcp_fd_is_private(fd), 0)) {
    return not_open();
  }
  if (command == F_NOTIFY && dcp_fd_is_tree(fd) && dcp_ready_to_watch(fd, "", DCP_PREPARE_FOLLOW) < 0) {
    return -1;
  }
  if (command != F_DUPFD && command != F_DUPFD_CLOEXEC) {
    return dcp_native_fcntl(fd, command, argument);
  }
  int result = DCP_WITH_NUMBER(dcp_native_fcntl(fd, command, argument));
  if (result >= 0) {
    dcp_fd_duplicated(fd, result);
  }
  return result;
}

DCP_EXPORT int close(int fd) { return dcp_close(fd); }
DCP_ALIAS(int, __close, close, (int fd));

DCP_EXPORT int dup(int fd) { return dcp_dup(fd); }

DCP_EXPORT int dup2(int from, int to) { return dcp_dup3(from, to, 0, true); }
DCP_ALIAS(int, __dup2, dup2, (int from, int to));

DCP_EXPORT int dup3(int from, int to, int flags) { return dcp_dup3(from, to, flags, false); }

// Every command's argument fits a register; one that was not given is not looked at.
DCP_EXPORT int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  long argument = va_arg(arguments, long);
  va_end(arguments);
  return dcp_fcntl(fd, command, argument);
}
DCP_ALIAS(int, fcntl64, fcntl, (int fd, int command, ...));
DCP_ALIAS(int, __fcntl, fcntl, (int fd, int command, ...));

DCP_EXPORT int close_range(unsigned first, unsigned last, int flags) { return dcp_close_range(first, last, flags); }

DCP_EXPORT void closefrom(int first) {
  unsigned from = first < 0 ? 0 : (unsigned)first;
  int saved = errno;
  if (dcp_close_range(from, UINT_MAX, 0) != 0) {  // a kernel before 5.9: libc reads /proc, and we connect anew
    dcp_link_drop();
    DCP_REAL(closefrom)(first);
    dcp_fd_forget_range(from, UINT_MAX);
  }
  errno = saved;
}
