package io.dcp.ipc.kernel;

import java.nio.ByteBuffer;

/**
 * System calls of Linux. Every method makes the call of its name and returns its result or, if it failed, the negative
 * errno; none throws, none retries after EINTR. Safe from any thread; a call blocks when the system call does.
 *
 * <p>Paths and names are bytes without the closing NUL; one that holds a NUL gives {@code -EINVAL}. Values are copied
 * through native memory of the calling thread, so that a call allocates nothing on the heap.
 */
public interface Kernel {
    /** The kernel of this machine. */
    static Kernel system() {
        return LinuxKernel.INSTANCE;
    }

    int openat(int dir, byte[] path, int flags, int mode);

    /**
     * openat2(2), Linux 5.6, which refuses flags that it does not know.
     *
     * @param resolve {@link OpenFlags#RESOLVE_NO_SYMLINKS} and its kin
     */
    int openat2(int dir, byte[] path, int flags, int mode, int resolve);

    int close(int fd);

    /** Fills {@code out} on success. With AT_EMPTY_PATH and an empty path it asks about {@code dir} itself. */
    int statx(int dir, byte[] path, int flags, int mask, Statx out);

    int mkdirat(int dir, byte[] path, int mode);

    /** {@code device} is joined as by {@link Stat#makeDevice}; used for device files only. */
    int mknodat(int dir, byte[] path, int mode, long device);

    int symlinkat(byte[] target, int dir, byte[] path);

    int linkat(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags);

    int unlinkat(int dir, byte[] path, int flags);

    int renameat2(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags);

    /** Follows symlinks. */
    int fchmodat(int dir, byte[] path, int mode);

    /**
     * Like {@link #fchmodat} with AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH; before Linux 6.6 made of {@code O_PATH} and
     * {@code /proc/self/fd}, with the same errors.
     */
    int fchmodat2(int dir, byte[] path, int mode, int flags);

    int fchmod(int fd, int mode);

    /** A {@code uid} or {@code gid} of -1 leaves that one. */
    int fchownat(int dir, byte[] path, int uid, int gid, int flags);

    /**
     * Nanoseconds may be {@link Stat#UTIME_NOW} or {@link Stat#UTIME_OMIT}.
     *
     * @param pathOrNull null: the file that {@code dir} is open on; {@code flags} must be 0 then
     */
    int utimensat(int dir, byte[] pathOrNull, long atimeSec, long atimeNs, long mtimeSec, long mtimeNs, int flags);

    int ftruncate(int fd, long size);

    int truncate(byte[] path, long size);

    /** Returns how many bytes of the target were put into {@code into}; that many as it holds may mean "cut". */
    long readlinkat(int dir, byte[] path, byte[] into);

    int fsync(int fd);

    int fdatasync(int fd);

    int syncfs(int fd);

    /** Sets the umask, of this thread alone after {@link #unshareFs}, and returns the one before. */
    int umask(int mask);

    /** The working directory; of this thread alone after {@link #unshareFs}. */
    int chdir(byte[] path);

    int fchdir(int fd);

    /** The root directory; of this thread alone after {@link #unshareFs}. Leaves the working directory where it is. */
    int chroot(byte[] path);

    /** Gives this thread its own umask and working directory: {@code unshare(CLONE_FS)}. */
    int unshareFs();

    int setxattr(byte[] path, byte[] name, byte[] value, int flags);

    int lsetxattr(byte[] path, byte[] name, byte[] value, int flags);

    int fsetxattr(int fd, byte[] name, byte[] value, int flags);

    int removexattr(byte[] path, byte[] name);

    int lremovexattr(byte[] path, byte[] name);

    int fremovexattr(int fd, byte[] name);

    /** Returns the size of the value; with an empty {@code into} only asks for it. */
    long getxattr(byte[] path, byte[] name, byte[] into);

    long lgetxattr(byte[] path, byte[] name, byte[] into);

    long fgetxattr(int fd, byte[] name, byte[] into);

    /** Returns the size of the names, each closed by a NUL; with an empty {@code into} only asks for it. */
    long listxattr(byte[] path, byte[] into);

    long llistxattr(byte[] path, byte[] into);

    long flistxattr(int fd, byte[] into);

    /** Reads until {@code length} bytes, the end of the file, or an error after which nothing was read. */
    long pread(int fd, byte[] into, int offset, int length, long position);

    /**
     * Reads into the room that a writable buffer has left, whose position moves on; into a direct one without a copy. Returns
     * how many bytes were read, 0 at the end of the file.
     */
    long pread(int fd, ByteBuffer into, long position);

    /** Writes until {@code length} bytes are written, or an error after which nothing was written. */
    long pwrite(int fd, byte[] from, int offset, int length, long position);

    /** Writes what a buffer has left, until all is written, or an error after which nothing was; its position moves on. */
    long pwrite(int fd, ByteBuffer from, long position);

    long lseek(int fd, long offset, int whence);

    int fallocate(int fd, int mode, long offset, long length);

    int fcntl(int fd, int command, long argument);

    /**
     * Takes or gives back a lease: {@code F_WRLCK} succeeds only while nobody else has the file open or mapped, else
     * {@code -EAGAIN}.
     */
    int fcntlSetLease(int fd, int type);

    /** Fills {@code into} with {@code linux_dirent64} records; returns their size, 0 at the end. */
    int getdents64(int fd, byte[] into);

    /** Returns null if the descriptor is not open. */
    StatFs fstatfs(int fd);

    /** Sets the user of this thread's file calls; returns the one before, whether or not it was allowed. */
    int setfsuid(int uid);

    /** Sets the group of this thread's file calls; returns the one before, whether or not it was allowed. */
    int setfsgid(int gid);

    /** Sets the supplementary groups of this thread alone. */
    int setgroups(int[] groups);

    /**
     * The effective capabilities of a thread, bit n being capability n; 0 means this one. Of a thread in another user
     * namespace they are those that it has there.
     */
    long effectiveCapabilities(int tid);

    /**
     * Sets this thread's effective capabilities to those of its permitted ones that are in {@code mask}, bit n being
     * capability n.
     */
    int setEffectiveCapabilities(long mask);

    int geteuid();

    int getegid();

    /** Binds this thread to one CPU. */
    int pinToCpu(int cpu);

    /** Binds this thread to the CPUs first, first + stride, first + 2 stride, … that exist. */
    int pinToCpus(int first, int stride);

    int gettid();
}
