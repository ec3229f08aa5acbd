package io.dcp.ipc.kernel;

/**
 * The functions of libc behind {@link Kernel}, bound by jnr-ffi; public only because the binding must see it. Addresses
 * are plain {@code long}s, so that a call is one generated stub without conversions. Each returns what the C function
 * does; errno is kept by jnr-ffi.
 */
public interface LibC {
    int openat(int dir, long path, int flags, int mode);

    int close(int fd);

    int statx(int dir, long path, int flags, int mask, long out);

    int mkdirat(int dir, long path, int mode);

    int mknodat(int dir, long path, int mode, long device);

    int symlinkat(long target, int dir, long path);

    int linkat(int oldDir, long old, int newDir, long path, int flags);

    int unlinkat(int dir, long path, int flags);

    int renameat2(int oldDir, long old, int newDir, long path, int flags);

    int fchmodat(int dir, long path, int mode, int flags);

    int fchmod(int fd, int mode);

    int chmod(long path, int mode);

    int fchownat(int dir, long path, int uid, int gid, int flags);

    int utimensat(int dir, long path, long times, int flags);

    int futimens(int fd, long times);

    int ftruncate(int fd, long size);

    int truncate(long path, long size);

    long readlinkat(int dir, long path, long into, long size);

    int fsync(int fd);

    int fdatasync(int fd);

    int syncfs(int fd);

    int umask(int mask);

    int unshare(int flags);

    int chdir(long path);

    int fchdir(int fd);

    int chroot(long path);

    int setxattr(long path, long name, long value, long size, int flags);

    int lsetxattr(long path, long name, long value, long size, int flags);

    int fsetxattr(int fd, long name, long value, long size, int flags);

    int removexattr(long path, long name);

    int lremovexattr(long path, long name);

    int fremovexattr(int fd, long name);

    long getxattr(long path, long name, long into, long size);

    long lgetxattr(long path, long name, long into, long size);

    long fgetxattr(int fd, long name, long into, long size);

    long listxattr(long path, long into, long size);

    long llistxattr(long path, long into, long size);

    long flistxattr(int fd, long into, long size);

    long pread(int fd, long into, long size, long position);

    long pwrite(int fd, long from, long size, long position);

    long lseek(int fd, long offset, int whence);

    int fallocate(int fd, int mode, long offset, long length);

    int fcntl(int fd, int command, long argument);

    long getdents64(int fd, long into, long size);

    int fstatfs(int fd, long out);

    int setfsuid(int uid);

    int setfsgid(int gid);

    int geteuid();

    int getegid();

    int capget(long header, long data);

    int capset(long header, long data);

    int sched_setaffinity(int tid, long size, long mask);

    int gettid();

    long syscall(long number, long a, long b, long c, long d);
}
