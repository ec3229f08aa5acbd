// A child with room in its descriptor table. Rules as in ask.c, but for clone: libc's knows how to give a child a
// stack, and does nothing else.
#include "with-room.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kernel.h"
#include "numbers.h"

enum { STACK_BYTES = 64 << 10, FREED = 2 };

struct work {
  int keep, keep2;
  int (*act)(void *);
  void *argument;
  uint32_t stage;  // of a child that stays, and the word at which both wait
  int parent;
};

enum { GONE, ACTING, DONE, DISMISSED };  // the kernel writes the first one when the child has ended

// Closing in the copy takes nothing from the program: its locks and files belong to its own table.
static int child(void *argument) {
  const struct work *work = argument;
  int freed = 0;
  for (long fd = (long)dcp_number_limit() - 1; fd >= 0 && freed < FREED; fd--) {
    if (fd != work->keep && fd != work->keep2 && dcp_kernel(SYS_close, fd) == 0) freed++;
  }
  return work->act(work->argument);
}

static void step(struct work *work, uint32_t stage) {
  __atomic_store_n(&work->stage, stage, __ATOMIC_RELEASE);
  dcp_kernel(SYS_futex, &work->stage, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint32_t await_step(struct work *work, uint32_t from) {
  uint32_t now;
  while ((now = __atomic_load_n(&work->stage, __ATOMIC_ACQUIRE)) == from) {
    dcp_kernel(SYS_futex, &work->stage, FUTEX_WAIT, from, NULL, NULL, 0);
  }
  return now;
}

static int staying_child(void *argument) {
  struct work *work = argument;
  dcp_kernel(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (dcp_kernel(SYS_getppid) == work->parent) {
    child(work);
    step(work, DONE);
    await_step(work, DONE);
  }
  return 0;
}

static void wait_for(int pid) {
  int status;
  while (dcp_kernel(SYS_wait4, pid, &status, __WCLONE, NULL) == -EINTR) {
  }
}

// The two never run at the same time, so that they can share what is the thread's: errno, for one.
int dcp_with_room_kept(int keep, int keep2, int (*act)(void *), void (*meanwhile)(void *), void *argument) {
  struct work work = {keep, keep2, act, argument, ACTING, (int)dcp_kernel(SYS_getpid)};
  long stack = dcp_kernel(SYS_mmap, NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack < 0 && stack > -4096) return (int)stack;
  int saved = errno;
  int pid = clone(staying_child, (char *)stack + STACK_BYTES, CLONE_VM | CLONE_CHILD_CLEARTID, &work, NULL, NULL,
                  &work.stage);
  int result = pid < 0 ? -errno : 0;
  errno = saved;
  if (pid > 0) {
    if (await_step(&work, ACTING) == DONE) {
      meanwhile(argument);
      step(&work, DISMISSED);
    } else {
      result = -ECHILD;
    }
    wait_for(pid);
  }
  dcp_kernel(SYS_munmap, stack, STACK_BYTES);
  return result;
}

int dcp_with_room(int keep, int keep2, int (*act)(void *), void *argument) {
  struct work work = {keep, keep2, act, argument, ACTING, 0};
  long stack = dcp_kernel(SYS_mmap, NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack < 0 && stack > -4096) return (int)stack;
  int saved = errno;
  // No signal at its end and no wait of the program's finds it, but one that asks for __WCLONE.
  int pid = clone(child, (char *)stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, &work);  // NOLINT
  int result = pid < 0 ? -errno : 0;
  errno = saved;
  if (pid > 0) {
    wait_for(pid);
  }
  dcp_kernel(SYS_munmap, stack, STACK_BYTES);
  return result;
}
