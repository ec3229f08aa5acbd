// Probing memory by the kernel, see readable.h: rt_sigprocmask copies eight bytes in before it looks at what to do with
// them, and out after it did nothing. Valgrind takes that for an access of the program: there mincore is asked, which
// does not know of protections. Async-signal-safe, errno untouched.
#include "readable.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include "../link/kernel.h"

#define NO_SUCH_WAY (-1)  // of changing the signal mask: EINVAL, once the new mask was read
#define MASK_BYTES 8

bool dcp_memory_is_watched;
uintptr_t dcp_good_pages[DCP_GOOD_PAGES];
static uintptr_t writable_pages[DCP_GOOD_PAGES];  // likewise

__attribute__((noinline, cold)) bool dcp_page_is_readable_slowly(uintptr_t page) {
  unsigned char resident;
  if (page == 0 ||
      (dcp_memory_is_watched ? dcp_kernel(SYS_mincore, page, DCP_PAGE_BYTES, &resident) == -ENOMEM
                             : dcp_kernel(SYS_rt_sigprocmask, NO_SUCH_WAY, page, NULL, MASK_BYTES) == -EFAULT)) {
    return false;
  }
  __atomic_store_n(&dcp_good_pages[page / DCP_PAGE_BYTES % DCP_GOOD_PAGES], page | 1, __ATOMIC_RELAXED);
  return true;
}

bool dcp_string_is_readable(const char *text) {
  const char *end = text + PATH_MAX;
  while (text < end) {
    if (!dcp_page_is_readable(text)) {
      return false;
    }
    size_t in_page = DCP_PAGE_BYTES - (uintptr_t)text % DCP_PAGE_BYTES;
    if (memchr(text, '\0', in_page) != NULL) {
      return true;
    }
    text += in_page;
  }
  return true;
}

bool dcp_range_is_readable(const void *start, size_t length) {
  const char *at = start, *end = at + length;
  if ((uintptr_t)end < (uintptr_t)at) {
    return false;  // beyond all memory
  }
  while (at < end) {
    if (!dcp_page_is_readable(at)) {
      return false;
    }
    at += DCP_PAGE_BYTES - (uintptr_t)at % DCP_PAGE_BYTES;
  }
  return true;
}

static bool is_writable(char *at) {
  uintptr_t page = (uintptr_t)at & ~(uintptr_t)(DCP_PAGE_BYTES - 1);
  uintptr_t *known = &writable_pages[page / DCP_PAGE_BYTES % DCP_GOOD_PAGES];
  if (__atomic_load_n(known, __ATOMIC_RELAXED) == (page | 1)) {
    return true;
  }
  // To the kernel NULL is no address, but that nothing is wanted.
  if (page == 0 || dcp_kernel(SYS_rt_sigprocmask, SIG_BLOCK, NULL, at, MASK_BYTES) != 0) {
    return false;
  }
  __atomic_store_n(known, page | 1, __ATOMIC_RELAXED);
  return true;
}

bool dcp_range_is_writable(void *start, size_t length) {
  return is_writable(start) && is_writable((char *)start + length - MASK_BYTES);
}
