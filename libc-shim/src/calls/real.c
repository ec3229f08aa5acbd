// Finds the next definitions. May be called at any time: early in start-up, in signal handlers, in a vfork child.
// dlsym allocates only for its error text; a symbol that is not there is asked for once.
#include "real.h"

#include <dlfcn.h>
#include <errno.h>

void *dcp_real_table[DCP_CALLS];

static const char *const names[DCP_CALLS] = {
#define CALL(family, name) [DCP_CALL_##name] = #name,
#include "calls.def"
#undef CALL
};

static long missing(void) {
  errno = ENOSYS;
  return -1;
}

__attribute__((cold, noinline)) void *dcp_real_find(enum dcp_call call) {
  int saved = errno;
  void *found = dlsym(RTLD_NEXT, names[call]);
  if (found == 0) found = (void *)missing;
  __atomic_store_n(&dcp_real_table[call], found, __ATOMIC_RELAXED);
  errno = saved;
  return found;
}
