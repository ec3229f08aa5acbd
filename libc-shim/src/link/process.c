// The page of one process, see process.h. System calls and atomics only: may run in signal handlers and vfork children.
#include "process.h"

#include <stddef.h>
#include <sys/mman.h>

#include "kernel.h"

#define PAGE_BYTES 4096

_Static_assert(sizeof(struct dcp_process) <= PAGE_BYTES, "one page");

static struct dcp_process *page;

struct dcp_process *dcp_process(void) {
  struct dcp_process *now = __atomic_load_n(&page, __ATOMIC_ACQUIRE);
  if (__builtin_expect(now != NULL, 1)) {
    return now;
  }
  long made = dcp_kernel(SYS_mmap, NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made < 0 && made > -PAGE_BYTES) {
    return NULL;
  }
  if (dcp_kernel(SYS_madvise, made, PAGE_BYTES, MADV_WIPEONFORK) != 0 ||
      !__atomic_compare_exchange_n(&page, &now, (struct dcp_process *)made, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE)) {
    dcp_kernel(SYS_munmap, made, PAGE_BYTES);  // another thread was faster
    return __atomic_load_n(&page, __ATOMIC_ACQUIRE);
  }
  return (struct dcp_process *)made;
}

void dcp_process_begin(void) {
  struct dcp_process *own = dcp_process();
  if (own != NULL) {
    __atomic_store_n(&own->pid, (int32_t)dcp_kernel(SYS_getpid), __ATOMIC_RELAXED);
  }
}

bool dcp_process_is_own(void) {
  struct dcp_process *own = dcp_process();
  if (own == NULL) {
    return false;
  }
  int32_t self = (int32_t)dcp_kernel(SYS_getpid), owner = __atomic_load_n(&own->pid, __ATOMIC_RELAXED);
  // A child of a fork that libc has not seen introduces itself here.
  return owner == self || (owner == 0 && __atomic_compare_exchange_n(&own->pid, &owner, self, false, __ATOMIC_RELAXED,
                                                                     __ATOMIC_RELAXED));
}
