// posix_spawn and posix_spawnp: libc's own with the shim in the environment, unless its file actions or its search for
// the program would meet the tree. Then a child of our own does what libc's does, with the agent asked on the way.

#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "../link/ask.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/region.h"
#include "processes.h"
#include "real.h"
#include "spawn_actions.h"

enum {
  CHILD_STACK = 256 * 1024,  // the search's paths, an argument list for /bin/sh, a question to the agent
  KERNEL_SIGSET = 8,
};

struct spawn {
  const char *file;
  bool search;
  const struct spawn_actions *actions;
  const posix_spawnattr_t *attributes;
  char *const *argv;
  char *const *envp;  // in order
  uint64_t mask;      // of the caller
  int error;          // set by the child
};

static void signal_to_default(int number) {
  struct sigaction plain = {.sa_handler = SIG_DFL};
  sigaction(number, &plain, NULL);
}

// No handler of the parent's may run in the child, which shares its memory.
static void set_signals(short flags, const posix_spawnattr_t *attributes) {
  sigset_t defaults;
  sigemptyset(&defaults);
  if ((flags & POSIX_SPAWN_SETSIGDEF) != 0) posix_spawnattr_getsigdefault(attributes, &defaults);
  for (int number = 1; number < NSIG; number++) {
    struct sigaction now;
    if (sigismember(&defaults, number) == 1)
      signal_to_default(number);
    else if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL)
      signal_to_default(number);
  }
}

// 0 or an error number.
static int set_scheduling(short flags, const posix_spawnattr_t *attributes) {
  struct sched_param parameters;
  posix_spawnattr_getschedparam(attributes, &parameters);
  if ((flags & POSIX_SPAWN_SETSCHEDULER) != 0) {
    int policy;
    posix_spawnattr_getschedpolicy(attributes, &policy);
    return sched_setscheduler(0, policy, &parameters) < 0 ? errno : 0;
  }
  if ((flags & POSIX_SPAWN_SETSCHEDPARAM) != 0) return sched_setparam(0, &parameters) < 0 ? errno : 0;
  return 0;
}

static int set_process(short flags, const posix_spawnattr_t *attributes) {
  int error = set_scheduling(flags, attributes);
  if (error == 0 && (flags & POSIX_SPAWN_SETSID) != 0) error = setsid() < 0 ? errno : 0;
  if (error == 0 && (flags & POSIX_SPAWN_SETPGROUP) != 0) {
    pid_t group;
    posix_spawnattr_getpgroup(attributes, &group);
    error = setpgid(0, group) < 0 ? errno : 0;
  }
  if (error == 0 && (flags & POSIX_SPAWN_RESETIDS) != 0) {
    // Of the child alone: libc's functions would tell the parent's threads.
    error = (int)-dcp_kernel(SYS_setresgid, -1, getgid(), -1);
    if (error == 0) error = (int)-dcp_kernel(SYS_setresuid, -1, getuid(), -1);
    dcp_link_drop();
  }
  return error;
}

static int child(void *argument) {
  struct spawn *spawn = argument;
  short flags = 0;
  if (spawn->attributes != NULL) posix_spawnattr_getflags(spawn->attributes, &flags);
  set_signals(flags, spawn->attributes);
  int error = spawn->attributes == NULL ? 0 : set_process(flags, spawn->attributes);
  if (error == 0) error = dcp_spawn_actions_perform(spawn->actions);
  if (error == 0) {
    sigset_t mask;
    memcpy(&mask, &spawn->mask, sizeof spawn->mask);
    if ((flags & POSIX_SPAWN_SETSIGMASK) != 0) posix_spawnattr_getsigmask(spawn->attributes, &mask);
    dcp_kernel(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, KERNEL_SIGSET);
    if (spawn->search)
      dcp_exec_search(spawn->file, spawn->argv, spawn->envp, false);
    else
      dcp_exec_passed(spawn->file, spawn->argv, spawn->envp);
    error = errno;
  }
  spawn->error = error != 0 ? error : ECHILD;
  dcp_kernel(SYS_exit_group, 127);
  return 127;
}

// 0 or an error number. The caller waits until the child has executed its program or failed to.
static int run_child(struct spawn *spawn, pid_t *pid) {
  void *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return ENOMEM;
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(stack, CHILD_STACK);  // an earlier child's frames, which never returned
#endif
  int before = errno, state;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
  const uint64_t all = UINT64_MAX;
  dcp_kernel(SYS_rt_sigprocmask, SIG_BLOCK, &all, &spawn->mask, KERNEL_SIGSET);
  pid_t made = clone(child, (char *)stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, spawn);
  int error = made < 0 ? errno : spawn->error;
  if (made > 0 && error != 0) waitpid(made, NULL, 0);
  dcp_kernel(SYS_rt_sigprocmask, SIG_SETMASK, &spawn->mask, NULL, KERNEL_SIGSET);
  short flags = 0;
  if (spawn->attributes != NULL) posix_spawnattr_getflags(spawn->attributes, &flags);
  if ((flags & POSIX_SPAWN_RESETIDS) != 0) dcp_link_drop();  // connections that the child made
  pthread_setcancelstate(state, NULL);
  munmap(stack, CHILD_STACK);
  errno = before;
  if (error == 0 && pid != NULL) *pid = made;
  return error;
}

typedef int (*real_spawn)(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *,
                          char *const[], char *const[]);

static int spawn_here(pid_t *pid, const char *file, bool search, const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) {
  struct dcp_passed passed;
  if (DCP_PASS(&passed, envp) < 0) return ENOMEM;
  search = search && strchr(file, '/') == NULL;
  const struct spawn_actions *record = dcp_spawn_actions_of(actions);
  bool cold = dcp_attached() && dcp_region_cold();
  int error;
  if (dcp_spawn_actions_touch_tree(record, file) || (search && cold && dcp_list_touches_tree(getenv("PATH")))) {
    struct spawn spawn = {
        .file = file, .search = search, .actions = record, .attributes = attributes, .argv = argv, .envp = passed.envp};
    error = run_child(&spawn, pid);
  } else if (!search && dcp_exec_ready(AT_FDCWD, file, passed.envp) < 0) {
    error = errno;
  } else {
    real_spawn real = search ? DCP_REAL(posix_spawnp) : DCP_REAL(posix_spawn);
    error = real(pid, file, actions, attributes, argv, passed.envp);
  }
  dcp_passed_release(&passed);
  return error;
}

int dcp_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
              const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) {
  return spawn_here(pid, path, false, actions, attributes, argv, envp);
}

DCP_EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
                           const posix_spawn_file_actions_t *restrict actions,
                           const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                           char *const envp[restrict]) {
  return spawn_here(pid, path, false, actions, attributes, argv, envp);
}

DCP_EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                            const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) {
  return spawn_here(pid, file, true, actions, attributes, argv, envp);
}
