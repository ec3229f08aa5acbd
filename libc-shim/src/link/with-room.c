// A child with room in its descriptor table. Rules as in ask.c, but for clone: libc's knows how to give a child a
// stack, and does nothing else.
#include "with-room.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "kernel.h"
#include "numbers.h"

enum { STACK_BYTES = 64 << 10, FREED = 2 };

struct work {
  int keep, keep2;
  int (*act)(void *);
  void *argument;
};

// Closing in the copy takes nothing from the program: its locks and files belong to its own table.
static int child(void *argument) {
  const struct work *work = argument;
  int freed = 0;
  for (long fd = (long)dcp_number_limit() - 1; fd >= 0 && freed < FREED; fd--) {
    if (fd != work->keep && fd != work->keep2 && dcp_kernel(SYS_close, fd) == 0) freed++;
  }
  return work->act(work->argument);
}

int dcp_with_room(int keep, int keep2, int (*act)(void *), void *argument) {
  struct work work = {keep, keep2, act, argument};
  long stack = dcp_kernel(SYS_mmap, NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack < 0 && stack > -4096) return (int)stack;
  int saved = errno;
  // No signal at its end and no wait of the program's finds it, but one that asks for __WCLONE.
  int pid = clone(child, (char *)stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, &work);  // NOLINT
  int result = pid < 0 ? -errno : 0;
  errno = saved;
  if (pid > 0) {
    int status;
    while (dcp_kernel(SYS_wait4, pid, &status, __WCLONE, NULL) == -EINTR) {
    }
  }
  dcp_kernel(SYS_munmap, stack, STACK_BYTES);
  return result;
}
