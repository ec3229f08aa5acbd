// The next definition of an intercepted symbol: libc's, or another preload's.
#ifndef DCP_CALLS_REAL_H
#define DCP_CALLS_REAL_H

enum dcp_call {
#define CALL(family, name) DCP_CALL_##name,
#include "calls.def"
#undef CALL
  DCP_CALLS
};

extern void *dcp_real_table[DCP_CALLS];
void *dcp_real_find(enum dcp_call call);

static inline void *dcp_real(enum dcp_call call) {
  void *found = __atomic_load_n(&dcp_real_table[call], __ATOMIC_RELAXED);
  return __builtin_expect(found != 0, 1) ? found : dcp_real_find(call);
}

// DCP_REAL(close)(fd) calls what `close` would be without us. Resolved at first use by dlsym(RTLD_NEXT): needs no
// constructor, allocates nothing when it succeeds, keeps errno. A symbol that this libc lacks fails with ENOSYS (-1 as
// result). NAME must be in calls.def and have a prototype in scope.
#define DCP_REAL(name) ((__typeof__(&name))dcp_real(DCP_CALL_##name))

// Marks a definition that programs see instead of libc's.
#define DCP_EXPORT __attribute__((visibility("default")))
// Also exports NAME as ALIAS (same type): DCP_ALIAS(int, open64, open, (const char *path, int flags, ...))
#define DCP_ALIAS(type, alias_name, name, parameters) \
  DCP_EXPORT type alias_name parameters __attribute__((alias(#name)))

#endif
