/* syscall() with fewer arguments than a system call may have: what its caller keeps on the stack stays as it is. */
#include "case.h"

#include <linux/openat2.h>

/* Calls with the marker where a seventh argument would be, and gives back what is there afterwards. */
#if defined(__x86_64__)
long kept(long number, long a, long b, long c, long d);
__asm__(
    ".text\n"
    ".globl kept\n"
    "kept:\n"
    "  sub $24, %rsp\n"
    "  movq $4711, (%rsp)\n"
    "  xor %eax, %eax\n"
    "  call syscall@PLT\n"
    "  mov (%rsp), %rax\n"
    "  add $24, %rsp\n"
    "  ret\n");
#else
static long kept(long number, long a, long b, long c, long d) {
  syscall(number, a, b, c, d);
  return 4711;
}
#endif

int main(void) {
  static const struct open_how restricted = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH};
  static struct timespec times[2];
  put("file", "text");
  int directory = MUST(open(".", O_RDONLY));
  long here = (long)".", file = (long)"file", no_memory = 8;

  SHOW(kept(SYS_utimensat, directory, 0, (long)times, AT_SYMLINK_NOFOLLOW));
  SHOW(kept(SYS_utimensat, directory, 0, (long)times, 0));
  SHOW(kept(SYS_utimensat, AT_FDCWD, file, (long)times, 0));
  SHOW(kept(SYS_openat2, 9999, file, no_memory, sizeof restricted));
  SHOW(kept(SYS_openat2, 9999, no_memory, (long)&restricted, sizeof restricted));
  SHOW(kept(SYS_openat2, directory, file, (long)&restricted, sizeof restricted));
  SHOW(kept(SYS_openat2, AT_FDCWD, (long)"/", (long)&restricted, sizeof restricted));
  SHOW(kept(SYS_unlinkat, AT_FDCWD, here, 0x4000000, 0));
  SHOW(kept(SYS_fchmod, -1, 0, 0, 0));
  SHOW(kept(SYS_getpid, 0, 0, 0, 0));
  SHOW(kept(9999, 0, 0, 0, 0));
  return 0;
}
