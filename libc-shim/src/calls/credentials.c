// Changes of credentials: a connection to the agent keeps those under which it was made, so the next call makes
// another.

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../link/ask.h"
#include "../link/connection.h"
#include "../table/newroot.h"
#include "../table/place.h"
#include "real.h"

int capset(void *header, const void *data);  // its header belongs to libcap

static int after(int result) {
  int error = errno;
  dcp_link_drop();
  errno = error;
  return result;
}

DCP_EXPORT int setuid(uid_t uid) { return after(DCP_REAL(setuid)(uid)); }

DCP_EXPORT int setgid(gid_t gid) { return after(DCP_REAL(setgid)(gid)); }

DCP_EXPORT int seteuid(uid_t uid) { return after(DCP_REAL(seteuid)(uid)); }

DCP_EXPORT int setegid(gid_t gid) { return after(DCP_REAL(setegid)(gid)); }

DCP_EXPORT int setreuid(uid_t real, uid_t effective) { return after(DCP_REAL(setreuid)(real, effective)); }

DCP_EXPORT int setregid(gid_t real, gid_t effective) { return after(DCP_REAL(setregid)(real, effective)); }

DCP_EXPORT int setresuid(uid_t real, uid_t effective, uid_t saved) {
  return after(DCP_REAL(setresuid)(real, effective, saved));
}

DCP_EXPORT int setresgid(gid_t real, gid_t effective, gid_t saved) {
  return after(DCP_REAL(setresgid)(real, effective, saved));
}

DCP_EXPORT int setgroups(size_t count, const gid_t *groups) { return after(DCP_REAL(setgroups)(count, groups)); }

DCP_EXPORT int initgroups(const char *user, gid_t group) { return after(DCP_REAL(initgroups)(user, group)); }

// These are the calling thread's alone.
static int after_own(int result) {
  int error = errno;
  dcp_link_drop_thread();
  errno = error;
  return result;
}

DCP_EXPORT int setfsuid(uid_t uid) { return after_own(DCP_REAL(setfsuid)(uid)); }

DCP_EXPORT int setfsgid(gid_t gid) { return after_own(DCP_REAL(setfsgid)(gid)); }

DCP_EXPORT int capset(void *header, const void *data) { return after_own(DCP_REAL(capset)(header, data)); }

// A filter on system calls may forbid new connections, and kill who tries.
DCP_EXPORT int prctl(int option, ...) {
  va_list arguments;
  va_start(arguments, option);
  unsigned long given[4];
  for (int i = 0; i < 4; i++) {
    given[i] = va_arg(arguments, unsigned long);
  }
  va_end(arguments);
  if (option == PR_SET_SECCOMP) dcp_link_make_ready();
  int result = DCP_REAL(prctl)(option, given[0], given[1], given[2], given[3]);
  if (option == PR_SET_SECCOMP && result == 0) dcp_link_settle();
  return result;
}

// The user namespace is part of the credentials, and a connection also keeps the mount namespace under which it was
// made.
DCP_EXPORT int unshare(int flags) {
  int result = DCP_REAL(unshare)(flags);
  if (result == 0 && (flags & (CLONE_NEWUSER | CLONE_NEWNS)) != 0) after(0);
  if (result == 0 && (flags & CLONE_NEWNS) != 0) dcp_mounts_changed();
  if (result == 0 && (flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER)) != 0) dcp_threads_part();
  return result;
}

DCP_EXPORT int setns(int fd, int type) {
  int result = DCP_REAL(setns)(fd, type);
  if (result == 0) {
    after(0);
    dcp_mounts_changed();
    dcp_cwd_changed();
  }
  return result;
}
