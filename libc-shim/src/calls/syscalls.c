// syscall(): the numbers that take a path or a descriptor go to our own calls; node and others reach the kernel this
// way. Any other number jumps on to libc's without a frame of ours in between, so that its clone and vfork work as they
// do there. The frame of the caller is only read: a call with few arguments has none on the stack, and what lies there
// is something of the caller's.

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "../link/connection.h"
#include "../link/kernel.h"
#include "../table/place.h"
#include "../table/readable.h"
#include "calls.h"
#include "directories.h"
#include "names.h"
#include "processes.h"
#include "real.h"

enum { NUMBERS = 512 };

// The next syscall(), once it was found; read by the entry.
void *dcp_syscall_next;
void *dcp_syscall_find(void);
long dcp_syscall_dispatch(long number, long a, long b, long c, long d, long e, long f);

#define PATH(x) ((const char *)(x))
#define ADDRESS(x) ((void *)(x))
#define FD(x) ((int)(x))

void *dcp_syscall_find(void) {
  dcp_syscall_next = (void *)DCP_REAL(syscall);
  return dcp_syscall_next;
}

static long next(long number, long a, long b, long c, long d, long e, long f) {
  return DCP_REAL(syscall)(number, a, b, c, d, e, f);
}

static long open_how(int dirfd, const char *path, const struct open_how *how, size_t size) {
  // Under RESOLVE_IN_ROOT an absolute path begins at DIRFD.
  bool whole = size >= sizeof *how && dcp_range_is_readable(how, sizeof *how);
  bool at_root = whole && (how->resolve & RESOLVE_IN_ROOT) != 0 && path != NULL;
  if (!dcp_path_is_ours(dirfd, at_root ? "." : path))
    return next(SYS_openat2, dirfd, (long)path, (long)how, (long)size, 0, 0);
  return dcp_openat2(dirfd, path, how, size);
}

// libc refuses the form without a path, which the kernel has for futimens, with nothing that flags could be about.
static long utimens_at(int fd, const char *path, const struct timespec times[2], int flags) {
  if (path != NULL) return dcp_utimensat(fd, path, times, flags);
  return flags == 0 && fd != AT_FDCWD ? futimens(fd, times) : next(SYS_utimensat, fd, 0, (long)times, flags, 0, 0);
}

// X(number, expression): the numbers that are ours, and what is called for them.
#define COMMON(X)                                                                                   \
  X(openat, dcp_openat(FD(a), PATH(b), FD(c), (mode_t)d))                                           \
  X(openat2, open_how(FD(a), PATH(b), ADDRESS(c), (size_t)d))                                       \
  X(fstat, dcp_fstat(FD(a), ADDRESS(b)))                                                            \
  X(newfstatat, dcp_fstatat(FD(a), PATH(b), ADDRESS(c), FD(d)))                                     \
  X(statx, dcp_statx(FD(a), PATH(b), FD(c), (unsigned)d, ADDRESS(e)))                               \
  X(faccessat, dcp_faccessat(FD(a), PATH(b), FD(c), 0))                                             \
  X(faccessat2, dcp_faccessat(FD(a), PATH(b), FD(c), FD(d)))                                        \
  X(statfs, statfs(PATH(a), ADDRESS(b)))                                                            \
  X(getdents64, dcp_getdents64(FD(a), ADDRESS(b), (unsigned)c))                                     \
  X(renameat, dcp_renameat2(FD(a), PATH(b), FD(c), PATH(d), 0))                                     \
  X(renameat2, dcp_renameat2(FD(a), PATH(b), FD(c), PATH(d), (unsigned)e))                          \
  X(linkat, dcp_linkat(FD(a), PATH(b), FD(c), PATH(d), FD(e)))                                      \
  X(symlinkat, dcp_symlinkat(PATH(a), FD(b), PATH(c)))                                              \
  X(unlinkat, dcp_unlinkat(FD(a), PATH(b), FD(c)))                                                  \
  X(mkdirat, dcp_mkdirat(FD(a), PATH(b), (mode_t)c))                                                \
  X(mknodat, dcp_mknodat(FD(a), PATH(b), (mode_t)c, (dev_t)d))                                      \
  X(fchmod, dcp_fchmod(FD(a), (mode_t)b))                                                           \
  X(fchmodat, dcp_fchmodat(FD(a), PATH(b), (mode_t)c, 0))                                           \
  X(fchmodat2, dcp_fchmodat2(FD(a), PATH(b), (mode_t)c, FD(d)))                                     \
  X(fchown, dcp_fchown(FD(a), (uid_t)b, (gid_t)c))                                                  \
  X(fchownat, dcp_fchownat(FD(a), PATH(b), (uid_t)c, (gid_t)d, FD(e)))                              \
  X(utimensat, utimens_at(FD(a), PATH(b), ADDRESS(c), FD(d)))                                       \
  X(truncate, dcp_truncate(PATH(a), b))                                                             \
  X(ftruncate, dcp_ftruncate(FD(a), b))                                                             \
  X(fallocate, dcp_fallocate(FD(a), FD(b), c, d))                                                   \
  X(setxattr, dcp_setxattr(PATH(a), PATH(b), ADDRESS(c), (size_t)d, FD(e), false))                  \
  X(lsetxattr, dcp_setxattr(PATH(a), PATH(b), ADDRESS(c), (size_t)d, FD(e), true))                  \
  X(fsetxattr, dcp_fsetxattr(FD(a), PATH(b), ADDRESS(c), (size_t)d, FD(e)))                         \
  X(getxattr, getxattr(PATH(a), PATH(b), ADDRESS(c), (size_t)d))                                    \
  X(lgetxattr, lgetxattr(PATH(a), PATH(b), ADDRESS(c), (size_t)d))                                  \
  X(listxattr, listxattr(PATH(a), ADDRESS(b), (size_t)c))                                           \
  X(llistxattr, llistxattr(PATH(a), ADDRESS(b), (size_t)c))                                         \
  X(removexattr, dcp_removexattr(PATH(a), PATH(b), false))                                          \
  X(lremovexattr, dcp_removexattr(PATH(a), PATH(b), true))                                          \
  X(fremovexattr, dcp_fremovexattr(FD(a), PATH(b)))                                                 \
  X(close, dcp_close(FD(a)))                                                                        \
  X(dup, dcp_dup(FD(a)))                                                                            \
  X(dup3, dcp_dup3(FD(a), FD(b), FD(c), false))                                                     \
  X(fcntl, dcp_fcntl(FD(a), FD(b), c))                                                              \
  X(close_range, dcp_close_range((unsigned)a, (unsigned)b, FD(c)))                                  \
  X(unshare, unshare(FD(a)))                                                                        \
  X(setns, setns(FD(a), FD(b)))                                                                     \
  X(prctl, prctl(FD(a), b, c, d, e))                                                                \
  X(seccomp, filtered(a, b, c))                                                                     \
  X(umask, (long)umask((mode_t)a))                                                                  \
  X(readlinkat, dcp_readlinkat(FD(a), PATH(b), ADDRESS(c), (size_t)d))                              \
  X(chdir, dcp_chdir(PATH(a)))                                                                      \
  X(fchdir, dcp_fchdir(FD(a)))                                                                      \
  X(chroot, dcp_chroot(PATH(a)))                                                                    \
  X(execve, dcp_execve(PATH(a), ADDRESS(b), ADDRESS(c)))                                            \
  X(execveat, dcp_execveat(FD(a), PATH(b), ADDRESS(c), ADDRESS(d), FD(e)))                          \
  X(inotify_add_watch, inotify_add_watch(FD(a), PATH(b), (uint32_t)c))                              \
  X(fanotify_mark, fanotify_mark(FD(a), (unsigned)b, (uint64_t)c, FD(d), PATH(e)))                  \
  X(name_to_handle_at, name_to_handle_at(FD(a), PATH(b), ADDRESS(c), ADDRESS(d), FD(e)))            \
  X(fsync, fsync(FD(a)))                                                                            \
  X(fdatasync, fdatasync(FD(a)))                                                                    \
  X(syncfs, syncfs(FD(a)))                                                                          \
  X(sync, (sync(), 0L))                                                                             \
  X(msync, msync(ADDRESS(a), (size_t)b, FD(c)))                                                     \
  X(write, write(FD(a), ADDRESS(b), (size_t)c))                                                     \
  X(pwrite64, pwrite(FD(a), ADDRESS(b), (size_t)c, d))                                              \
  X(writev, writev(FD(a), ADDRESS(b), FD(c)))                                                       \
  X(pwritev, pwritev(FD(a), ADDRESS(b), FD(c), d))                                                  \
  X(pwritev2, pwritev2(FD(a), ADDRESS(b), FD(c), d, FD(f)))                                         \
  X(sendfile, sendfile(FD(a), FD(b), ADDRESS(c), (size_t)d))                                        \
  X(copy_file_range, copy_file_range(FD(a), ADDRESS(b), FD(c), ADDRESS(d), (size_t)e, (unsigned)f)) \
  X(splice, splice(FD(a), ADDRESS(b), FD(c), ADDRESS(d), (size_t)e, (unsigned)f))                   \
  X(bind, bind(FD(a), ADDRESS(b), (socklen_t)c))                                                    \
  X(connect, connect(FD(a), ADDRESS(b), (socklen_t)c))                                              \
  X(sendto, sendto(FD(a), ADDRESS(b), (size_t)c, FD(d), ADDRESS(e), (socklen_t)f))                  \
  X(sendmsg, sendmsg(FD(a), ADDRESS(b), FD(c)))

// Calls that only some machines still have.
#ifdef SYS_open
#define LEGACY(X)                                                                     \
  X(open, dcp_openat(AT_FDCWD, PATH(a), FD(b), (mode_t)c))                            \
  X(creat, dcp_openat(AT_FDCWD, PATH(a), O_CREAT | O_WRONLY | O_TRUNC, (mode_t)b))    \
  X(stat, dcp_fstatat(AT_FDCWD, PATH(a), ADDRESS(b), 0))                              \
  X(lstat, dcp_fstatat(AT_FDCWD, PATH(a), ADDRESS(b), AT_SYMLINK_NOFOLLOW))           \
  X(access, dcp_faccessat(AT_FDCWD, PATH(a), FD(b), 0))                               \
  X(getdents, dcp_getdents(FD(a), ADDRESS(b), (unsigned)c))                           \
  X(rename, dcp_renameat2(AT_FDCWD, PATH(a), AT_FDCWD, PATH(b), 0))                   \
  X(link, dcp_linkat(AT_FDCWD, PATH(a), AT_FDCWD, PATH(b), 0))                        \
  X(symlink, dcp_symlinkat(PATH(a), AT_FDCWD, PATH(b)))                               \
  X(unlink, dcp_unlinkat(AT_FDCWD, PATH(a), 0))                                       \
  X(rmdir, dcp_unlinkat(AT_FDCWD, PATH(a), AT_REMOVEDIR))                             \
  X(mkdir, dcp_mkdirat(AT_FDCWD, PATH(a), (mode_t)b))                                 \
  X(mknod, dcp_mknodat(AT_FDCWD, PATH(a), (mode_t)b, (dev_t)c))                       \
  X(chmod, dcp_fchmodat(AT_FDCWD, PATH(a), (mode_t)b, 0))                             \
  X(chown, dcp_fchownat(AT_FDCWD, PATH(a), (uid_t)b, (gid_t)c, 0))                    \
  X(lchown, dcp_fchownat(AT_FDCWD, PATH(a), (uid_t)b, (gid_t)c, AT_SYMLINK_NOFOLLOW)) \
  X(utime, utime(PATH(a), ADDRESS(b)))                                                \
  X(utimes, utimes(PATH(a), ADDRESS(b)))                                              \
  X(futimesat, futimesat(FD(a), PATH(b), ADDRESS(c)))                                 \
  X(dup2, dcp_dup3(FD(a), FD(b), 0, true))                                            \
  X(readlink, dcp_readlinkat(AT_FDCWD, PATH(a), ADDRESS(b), (size_t)c))
#else
#define LEGACY(X)
#endif

// Of this thread's credentials alone, which only the kernel's call can change.
#define CREDENTIALS(X) \
  X(setuid) X(setgid) X(setreuid) X(setregid) X(setresuid) X(setresgid) X(setgroups) X(setfsuid) X(setfsgid) X(capset)

static long filtered(long operation, long flags, long filter) {
  bool filters = operation == SECCOMP_SET_MODE_STRICT || operation == SECCOMP_SET_MODE_FILTER;
  if (filters) {
    dcp_link_make_ready();
  }
  long result = next(SYS_seccomp, operation, flags, filter, 0, 0, 0);
  if (result >= 0 && filters) {
    dcp_link_settle();
  }
  return result;
}

#define IS_OURS(name, expression) [SYS_##name] = 1,
#define CHANGES_CREDENTIALS(name) [SYS_##name] = 1,
const unsigned char dcp_syscall_is_ours[NUMBERS] = {COMMON(IS_OURS) LEGACY(IS_OURS) CREDENTIALS(CHANGES_CREDENTIALS)};

long dcp_syscall_dispatch(long number, long a, long b, long c, long d, long e, long f) {
#define CASE(name, expression) \
  case SYS_##name:             \
    return expression;
#define CREDENTIALS_CASE(name) case SYS_##name:
  switch (number) {
    COMMON(CASE)
    LEGACY(CASE)
    CREDENTIALS(CREDENTIALS_CASE) {
      long result = next(number, a, b, c, d, e, f);
      int error = errno;
      dcp_link_drop_thread();
      errno = error;
      return result;
    }
    default:
      return next(number, a, b, c, d, e, f);
  }
}

#if defined(__x86_64__)

// The seventh argument is copied: a function may write to where its arguments lie.
__asm__(
    ".text\n"
    ".globl syscall\n"
    ".type syscall, @function\n"
    "syscall:\n"
    "  .cfi_startproc\n"
    "  endbr64\n"
    "  cmp $512, %rdi\n"
    "  jae 1f\n"
    "  lea dcp_syscall_is_ours(%rip), %rax\n"
    "  cmpb $0, (%rax,%rdi)\n"
    "  jne 3f\n"
    "1:\n"
    "  mov dcp_syscall_next(%rip), %rax\n"
    "  test %rax, %rax\n"
    "  je 2f\n"
    "  jmp *%rax\n"
    "2:\n"
    "  push %rdi\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  push %rsi\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  push %rdx\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  push %rcx\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  push %r8\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  push %r9\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  sub $8, %rsp\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  call dcp_syscall_find\n"
    "  add $8, %rsp\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %r9\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %r8\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %rcx\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %rdx\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %rsi\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  pop %rdi\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  jmp *%rax\n"
    "3:\n"
    "  pushq 8(%rsp)\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  call dcp_syscall_dispatch\n"
    "  add $8, %rsp\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  ret\n"
    "  .cfi_endproc\n"
    ".size syscall, .-syscall\n");

#elif defined(__aarch64__)

__asm__(
    ".text\n"
    ".globl syscall\n"
    ".type syscall, %function\n"
    "syscall:\n"
    "  b dcp_syscall_dispatch\n"
    ".size syscall, .-syscall\n");

#endif
