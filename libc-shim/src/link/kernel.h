// System calls straight to the kernel: no errno, no cancellation point, out of reach of any preload (libfaketime bends
// clock_gettime, our own syscall() is a wrapper). The result is the kernel's: negative errno on failure.
#ifndef DCP_LINK_KERNEL_H
#define DCP_LINK_KERNEL_H

#include <sys/syscall.h>

#ifndef SYS_fchmodat2  // newer than the headers of glibc 2.36
#define SYS_fchmodat2 452
#endif

#if defined(__x86_64__)

static inline long dcp_kernel6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

static inline long dcp_kernel6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory", "cc");
  return x0;
}

#else
#error "The shim knows x86-64 and aarch64."
#endif

#define DCP_KERNEL_PICK(_1, _2, _3, _4, _5, _6, _7, count, ...) count
#define DCP_KERNEL_0(n) dcp_kernel6(n, 0, 0, 0, 0, 0, 0)
#define DCP_KERNEL_1(n, a) dcp_kernel6(n, (long)(a), 0, 0, 0, 0, 0)
#define DCP_KERNEL_2(n, a, b) dcp_kernel6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define DCP_KERNEL_3(n, a, b, c) dcp_kernel6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define DCP_KERNEL_4(n, a, b, c, d) dcp_kernel6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define DCP_KERNEL_5(n, a, b, c, d, e) dcp_kernel6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define DCP_KERNEL_6(n, a, b, c, d, e, f) \
  dcp_kernel6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

// dcp_kernel(SYS_close, fd): number and up to six arguments of any integer or pointer type.
#define dcp_kernel(...)                                                                                            \
  DCP_KERNEL_PICK(__VA_ARGS__, DCP_KERNEL_6, DCP_KERNEL_5, DCP_KERNEL_4, DCP_KERNEL_3, DCP_KERNEL_2, DCP_KERNEL_1, \
                  DCP_KERNEL_0, 0)                                                                                 \
  (__VA_ARGS__)

#endif
