// Connections: one process has at most DCP_CONNECTIONS_PER_THREAD to each of the agent's threads, made when first used.
//
// Rules as in ask.c: system calls through kernel.h only, no allocation, no locks (a connection is taken by one
// compare-and-exchange), callable in signal handlers, in vfork children and from several threads at once.
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../table/newroot.h"
#include "../table/place.h"
#include "../table/region.h"
#include "ask.h"
#include "kernel.h"
#include "numbers.h"
#include "patience.h"
#include "wire.h"

// What this process or the one it was forked from has connected: not wiped by fork, so that a child can close them.
static struct {
  int32_t descriptor;  // 0: none
  uint64_t inode;
} connected[DCP_AGENT_THREADS_MAX][DCP_CONNECTIONS_PER_THREAD];

// New connections may be forbidden (seccomp).
static bool settled;

// The file system may know a thread by other ids than its effective ones (setfsuid).
static bool fs_ids_may_differ;

// Threads have credentials of their own, so no connection serves two of them.
static bool threads_differ;

// A vfork child has changed its credentials: since then no vfork child uses its parent's connections.
static bool children_differ;

static uint64_t socket_inode(int fd) {
  struct stat seen;
  return dcp_kernel(SYS_fstat, fd, &seen) == 0 && S_ISSOCK(seen.st_mode) ? seen.st_ino : 0;
}

static bool take(struct dcp_connection *connection) {
  uint32_t free = 0;
  return __atomic_load_n(&connection->busy, __ATOMIC_RELAXED) == 0 &&
         __atomic_compare_exchange_n(&connection->busy, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void give(struct dcp_connection *connection) { __atomic_store_n(&connection->busy, 0, __ATOMIC_RELEASE); }

// Closes what a fork child inherited. Each under its connection, so that no thread is just making it.
static void sweep(struct dcp_process *own) {
  uint32_t not_yet = 0;
  if (!__atomic_compare_exchange_n(&own->swept, &not_yet, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
    return;
  }
  for (int thread = 0; thread < DCP_AGENT_THREADS_MAX; thread++) {
    for (int i = 0; i < DCP_CONNECTIONS_PER_THREAD; i++) {
      struct dcp_connection *connection = &own->connections[thread][i];
      if (connected[thread][i].descriptor == 0 || !take(connection)) {
        continue;
      }
      int fd = connected[thread][i].descriptor;
      if (!connection->made && fd != 0) {
        if (socket_inode(fd) == connected[thread][i].inode) {
          dcp_kernel(SYS_close, fd);
        }
        dcp_fd_forget(fd);
        connected[thread][i].descriptor = 0;
      }
      give(connection);
    }
  }
}

// A vfork child has the descriptors that were open when it began, and may have closed them; what it would make itself,
// its parent would have to find out to be another's.
static bool is_usable(const struct dcp_connection *connection, bool is_own) {
  return is_own || (connection->made && socket_inode(connection->descriptor) == connection->inode);
}

// A free connection, that of thread HOME first; NULL if there is none.
static struct dcp_connection *take_any(struct dcp_process *own, uint32_t threads, uint32_t home, bool is_own,
                                       bool only_made) {
  for (uint32_t i = 0; i < threads; i++) {
    uint32_t thread = (home + i) % threads;
    for (int j = 0; j < DCP_CONNECTIONS_PER_THREAD; j++) {
      struct dcp_connection *connection = &own->connections[thread][j];
      if (!take(connection)) {
        continue;
      }
      if (is_usable(connection, is_own) && (connection->made || !only_made)) {
        connection->agent_thread = thread;
        return connection;
      }
      give(connection);
    }
  }
  return NULL;
}

static uint32_t agent_threads(void) {
  uint32_t threads = dcp_region->agent_threads;
  return threads == 0 ? 1 : threads > DCP_AGENT_THREADS_MAX ? DCP_AGENT_THREADS_MAX : threads;
}

void dcp_link_make_ready(void) {
  struct dcp_connection spare = {0};
  if (!dcp_attached() || !dcp_process_is_own()) {
    return;
  }
  struct dcp_connection *connection = dcp_connection_take(&spare, true);
  if (connection != &spare) {
    dcp_connection_make(connection);
  }
  dcp_connection_release(connection, &spare);
}

void dcp_link_settle(void) {
  __atomic_store_n(&settled, true, __ATOMIC_RELAXED);
  dcp_patience_yields_no_more();
}

bool dcp_connection_instead(struct dcp_connection **connection, const struct dcp_connection *spare, bool is_own) {
  struct dcp_process *own = dcp_process();
  if (own == NULL || __atomic_load_n(is_own ? &threads_differ : &children_differ, __ATOMIC_RELAXED)) {
    return false;
  }
  struct dcp_connection *other = take_any(own, agent_threads(), 0, is_own, true);
  if (other != NULL) {
    dcp_connection_release(*connection, spare);
    *connection = other;
  }
  return other != NULL;
}

struct dcp_connection *dcp_connection_take(struct dcp_connection *spare, bool is_own) {
  uint32_t threads = agent_threads();
  int cpu = sched_getcpu();
  uint32_t home = cpu < 0 ? 0 : (uint32_t)cpu % threads;
  struct dcp_process *own = dcp_process();
  if (own != NULL && !__atomic_load_n(is_own ? &threads_differ : &children_differ, __ATOMIC_RELAXED)) {
    if (__builtin_expect(is_own && own->swept == 0, 0)) {
      sweep(own);
    }
    struct dcp_connection *connection = NULL;
    if (__builtin_expect(__atomic_load_n(&settled, __ATOMIC_RELAXED), 0)) {
      connection = take_any(own, threads, home, is_own, true);
    }
    if (connection == NULL) {
      connection = take_any(own, threads, home, is_own, false);
    }
    if (connection != NULL) {
      return connection;
    }
  }
  spare->agent_thread = home;
  return spare;
}

void dcp_connection_release(struct dcp_connection *connection, const struct dcp_connection *spare) {
  if (connection == spare) {
    dcp_connection_break(connection);
  } else {
    give(connection);
  }
}

// The place of CONNECTION in `connected`, NULL for a spare one.
static void note(const struct dcp_connection *connection, int32_t descriptor) {
  struct dcp_process *own = dcp_process();
  if (own == NULL || connection < own->connections[0] ||
      connection >= own->connections[0] + DCP_AGENT_THREADS_MAX * DCP_CONNECTIONS_PER_THREAD) {
    return;
  }
  long at = connection - own->connections[0];
  connected[at / DCP_CONNECTIONS_PER_THREAD][at % DCP_CONNECTIONS_PER_THREAD].inode = connection->inode;
  connected[at / DCP_CONNECTIONS_PER_THREAD][at % DCP_CONNECTIONS_PER_THREAD].descriptor = descriptor;
}

void dcp_connection_break(struct dcp_connection *connection) {
  if (!connection->made) {
    return;
  }
  connection->made = 0;
  note(connection, 0);
  if (socket_inode(connection->descriptor) == connection->inode) {
    dcp_kernel(SYS_close, connection->descriptor);
  }
  dcp_fd_forget(connection->descriptor);
}

void dcp_link_drop(void) {
  struct dcp_process *own = dcp_process();
  if (!dcp_process_is_own()) {
    __atomic_store_n(&children_differ, true, __ATOMIC_RELAXED);
    return;
  }
  for (int i = 0; own != NULL && i < DCP_AGENT_THREADS_MAX * DCP_CONNECTIONS_PER_THREAD; i++) {
    struct dcp_connection *connection = &own->connections[0][0] + i;
    if (connection->made && take(connection)) {
      dcp_connection_break(connection);
      give(connection);
    }
  }
}

void dcp_link_drop_thread(void) {
  __atomic_store_n(&fs_ids_may_differ, true, __ATOMIC_RELAXED);
  if (!__libc_single_threaded) {
    __atomic_store_n(&threads_differ, true, __ATOMIC_RELAXED);
  }
  dcp_link_drop();
}

bool dcp_link_may_own(int fd, uint64_t inode) {
  for (int thread = 0; thread < DCP_AGENT_THREADS_MAX; thread++) {
    for (int i = 0; i < DCP_CONNECTIONS_PER_THREAD; i++) {
      if (connected[thread][i].descriptor == fd) {
        return connected[thread][i].inode == inode;
      }
    }
  }
  return true;  // one that serves a single call
}

int dcp_link_vacate(int fd) {
  if (dcp_run_vacate(fd)) {
    return 0;
  }
  struct dcp_process *own = dcp_process();
  if (!dcp_process_is_own()) {
    return 0;  // the number is a vfork child's own, the connection its parent's
  }
  if (own != NULL) {
    sweep(own);
  }
  for (int i = 0; own != NULL && i < DCP_AGENT_THREADS_MAX * DCP_CONNECTIONS_PER_THREAD; i++) {
    struct dcp_connection *connection = &own->connections[0][0] + i;
    if (!connection->made || connection->descriptor != fd) {
      continue;
    }
    if (!take(connection)) {
      errno = EBUSY;
      return -1;
    }
    if (connection->descriptor == fd) {
      dcp_connection_break(connection);
    }
    give(connection);
  }
  dcp_fd_forget(fd);
  return 0;
}

bool dcp_link_step_aside(void) {
  struct dcp_process *own = dcp_process();
  if (own == NULL || !dcp_process_is_own()) {
    return false;
  }
  unsigned long limit = dcp_number_limit();
  bool freed = own->swept == 0;
  sweep(own);
  for (int i = 0; i < DCP_AGENT_THREADS_MAX * DCP_CONNECTIONS_PER_THREAD; i++) {
    struct dcp_connection *connection = &own->connections[0][0] + i;
    if (!connection->made || (unsigned long)connection->descriptor >= limit || !take(connection)) {
      continue;
    }
    dcp_connection_break(connection);
    give(connection);
    freed = true;
  }
  return freed;
}

static void append(char *into, size_t capacity, const char *text) {
  size_t length = strlen(into);
  strncat(into, text, capacity - length - 1);
}

struct below {
  int fd, directory;
  const struct sockaddr_un *address;
  long result;
};

static int connect_there(void *argument) {
  struct below *below = argument;
  below->result = dcp_kernel(SYS_fchdir, below->directory);
  if (below->result == 0) {
    below->result = dcp_kernel(SYS_connect, below->fd, below->address, sizeof *below->address);
  }
  return 0;
}

// To a socket that has no path in this program's root: a thread with a working directory of its own goes there, since
// no call takes a directory's descriptor. This thread waits for it (CLONE_VFORK), on whose stack it is.
static int connect_below(int fd, int directory, const struct sockaddr_un *address) {
  char stack[4096] __attribute__((aligned(16)));
  struct below below = {.fd = fd, .directory = directory, .address = address, .result = -EIO};
  int flags = CLONE_VM | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_VFORK;
  int before = errno, made = clone(connect_there, stack + sizeof stack, flags, &below);
  int error = errno;
  errno = before;
  return made < 0 ? -error : (int)below.result;
}

static int connect_to(int fd, uint32_t agent_thread) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char name[] = "/agent-00.sock";
  if (agent_thread < 10) {
    strcpy(name, "/agent-0.sock");
    name[7] = (char)('0' + agent_thread);
  } else {
    name[7] = (char)('0' + agent_thread / 10);
    name[8] = (char)('0' + agent_thread % 10);
  }
  int kept = dcp_run_descriptor();
  if (kept >= 0) {
    strcpy(address.sun_path, name + 1);
    return connect_below(fd, kept, &address);
  }
  const char *directory = dcp_run_directory();
  if (strlen(directory) + strlen(name) < sizeof address.sun_path) {
    strcpy(address.sun_path, directory);
    append(address.sun_path, sizeof address.sun_path, name);
    return (int)dcp_kernel(SYS_connect, fd, &address, sizeof address);
  }
  // Too long for an address: by way of the directory's descriptor.
  long opened = dcp_kernel(SYS_openat, AT_FDCWD, directory, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (opened < 0) {
    return (int)opened;
  }
  char digits[12] = "";
  size_t at = sizeof digits - 1;
  for (long rest = opened; at == sizeof digits - 1 || rest != 0; rest /= 10) {
    digits[--at] = (char)('0' + rest % 10);
  }
  strcpy(address.sun_path, "/proc/self/fd/");
  append(address.sun_path, sizeof address.sun_path, digits + at);
  append(address.sun_path, sizeof address.sun_path, name);
  int result = (int)dcp_kernel(SYS_connect, fd, &address, sizeof address);
  dcp_kernel(SYS_close, opened);
  return result;
}

// The agent learns a connection's effective ids from the kernel, and of setfsuid's the kernel tells nobody: so they
// become the effective ones for the moment of connecting. Only where the way back is sure. The calls are this thread's
// alone.
static int connect_by_fs_ids(int fd, uint32_t agent_thread) {
  uid_t real, effective, saved;
  gid_t real_group, group, saved_group;
  const long none = -1;
  dcp_kernel(SYS_getresuid, &real, &effective, &saved);
  dcp_kernel(SYS_getresgid, &real_group, &group, &saved_group);
  long fs_uid = dcp_kernel(SYS_setfsuid, none), fs_gid = dcp_kernel(SYS_setfsgid, none);
  bool is_other = (uid_t)fs_uid != effective || (gid_t)fs_gid != group;
  if (!is_other || (effective != real && effective != saved) || (group != real_group && group != saved_group)) {
    return connect_to(fd, agent_thread);
  }
  dcp_kernel(SYS_setresgid, none, fs_gid, none);
  dcp_kernel(SYS_setresuid, none, fs_uid, none);
  int result = connect_to(fd, agent_thread);
  dcp_kernel(SYS_setresuid, none, (long)effective, none);
  dcp_kernel(SYS_setresgid, none, (long)group, none);
  dcp_kernel(SYS_setfsgid, fs_gid);
  dcp_kernel(SYS_setfsuid, fs_uid);
  return result;
}

static int say_hello(struct dcp_connection *connection) {
  while (connection->session == 0) {
    if (dcp_kernel(SYS_getrandom, &connection->session, sizeof connection->session, 0) < 0) {
      struct timespec now;
      dcp_kernel(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
      connection->session = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^ (uint64_t)(uintptr_t)connection ^
                            (uint64_t)dcp_kernel(SYS_getpid) << 16;
    }
  }
  char hello[DCP_WIRE_HELLO_BYTES];
  long thread = dcp_kernel(SYS_gettid);
  dcp_wire_hello(hello, connection->session, thread == dcp_kernel(SYS_getpid) ? 0 : (uint32_t)thread);
  long sent = dcp_kernel(SYS_sendto, connection->descriptor, hello, sizeof hello, MSG_NOSIGNAL, NULL, 0);
  return sent < 0 ? (int)sent : 0;
}

int dcp_connection_make(struct dcp_connection *connection) {
  if (connection->made) {
    if (__builtin_expect(socket_inode(connection->descriptor) == connection->inode, 1)) {
      return 0;
    }
    dcp_connection_break(connection);  // closed behind our back, or made by a vfork child
  }
  int fd = dcp_private_socket();
  if (fd < 0) {
    return fd;
  }
  const struct timeval patience = {.tv_usec = DCP_SOCKET_PATIENCE_MS * 1000};
  dcp_kernel(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  dcp_kernel(SYS_setsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int result = __atomic_load_n(&fs_ids_may_differ, __ATOMIC_RELAXED) ? connect_by_fs_ids(fd, connection->agent_thread)
                                                                     : connect_to(fd, connection->agent_thread);
  if (result < 0) {
    dcp_kernel(SYS_close, fd);
    return result;
  }
  connection->descriptor = fd;
  connection->inode = socket_inode(fd);
  connection->made = 1;
  note(connection, fd);
  dcp_fd_make_private(fd);
  result = say_hello(connection);
  if (result < 0 && result != -EPIPE && result != -ECONNRESET) {  // these two: the refusal is there to be read
    dcp_connection_break(connection);
    return result;
  }
  return 0;
}
