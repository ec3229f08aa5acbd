package io.dcp.ipc.kernel;

/** Flags of {@code open(2)} and {@code fcntl(2)}, with the values of the machine this runs on. */
public final class OpenFlags {
    private static final boolean ARM = Machine.isArm64();

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_ACCMODE = 3;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_APPEND = 0x400;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DSYNC = 0x1000;
    public static final int O_ASYNC = 0x2000;
    public static final int O_DIRECT = ARM ? 0x10000 : 0x4000;
    public static final int O_LARGEFILE = ARM ? 0x20000 : 0x8000;
    public static final int O_DIRECTORY = ARM ? 0x4000 : 0x10000;
    public static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
    public static final int O_NOATIME = 0x40000;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_SYNC = 0x101000;
    public static final int O_PATH = 0x200000;
    public static final int O_TMPFILE = 0x400000 | O_DIRECTORY;

    /** Of {@link Kernel#openat2}: a path that leaves the mount on which it begins is EXDEV. */
    public static final int RESOLVE_NO_XDEV = 1;

    /** Links of the kernel's own, as {@code /proc/self/cwd}, are ELOOP. */
    public static final int RESOLVE_NO_MAGICLINKS = 2;

    /** All symbolic links are ELOOP. */
    public static final int RESOLVE_NO_SYMLINKS = 4;

    public static final int F_GETFD = 1;
    public static final int F_SETFD = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_SETLEASE = 1024;
    public static final int F_GETLEASE = 1025;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int FD_CLOEXEC = 1;

    /** Lease types of {@link Kernel#fcntlSetLease}. */
    public static final int F_RDLCK = 0;

    public static final int F_WRLCK = 1;
    public static final int F_UNLCK = 2;

    public static final int FALLOC_FL_KEEP_SIZE = 1;
    public static final int FALLOC_FL_PUNCH_HOLE = 2;
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;

    public static final int SEEK_SET = 0;
    public static final int SEEK_CUR = 1;
    public static final int SEEK_END = 2;
    public static final int SEEK_DATA = 3;
    public static final int SEEK_HOLE = 4;

    private OpenFlags() {}
}
