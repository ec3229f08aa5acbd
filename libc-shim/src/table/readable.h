// May this memory be touched? A program that passes a bad pointer gets EFAULT from the kernel; a wrapper that looks at
// it would die. Pages that were found good once are believed to be ever after: asking costs a system call.
#ifndef DCP_TABLE_READABLE_H
#define DCP_TABLE_READABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCP_PAGE_BYTES 4096  // the smallest page there is
#define DCP_GOOD_PAGES 64

// Valgrind watches each access of this process: it is not to look beyond the end of a string, nor at a page to learn
// whether it is there.
extern bool dcp_memory_is_watched;

extern uintptr_t dcp_good_pages[DCP_GOOD_PAGES];  // the page's address | 1, by its lowest bits
bool dcp_page_is_readable_slowly(uintptr_t page);

static inline bool dcp_page_is_readable(const void *address) {
  uintptr_t page = (uintptr_t)address & ~(uintptr_t)(DCP_PAGE_BYTES - 1);
  uintptr_t known = __atomic_load_n(&dcp_good_pages[page / DCP_PAGE_BYTES % DCP_GOOD_PAGES], __ATOMIC_RELAXED);
  return __builtin_expect(known == (page | 1), 1) || dcp_page_is_readable_slowly(page);
}

// Whether all of TEXT up to its NUL, or its first PATH_MAX bytes, may be read.
bool dcp_string_is_readable(const char *text);

bool dcp_range_is_readable(const void *start, size_t length);

// Whether a result of LENGTH bytes (at least 8, less than a page) may be written to START. May write there.
bool dcp_range_is_writable(void *start, size_t length);

#endif
