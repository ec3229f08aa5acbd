package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/**
 * Leases ({@code F_SETLEASE}) on mirror files: those of programs, for whose end the agent never waits, and the agent's own,
 * which it has for moments to learn whether a file is in use.
 */
final class Leases implements AutoCloseable {
    private static final int SIGURG = 23;
    private static final int F_SETSIG = 10;

    private final Kernel kernel;
    private final int locksFd;
    private byte[] text = new byte[8192];

    Leases(Kernel kernel) {
        this.kernel = kernel;
        this.locksFd =
                kernel.openat(Stat.AT_FDCWD, Paths.bytes("/proc/locks"), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
    }

    /** Whether nobody can write to a file now: no descriptor or mapping for writing. A read lease is given just then. */
    synchronized boolean isQuiet(int readOnlyFd) {
        // The kernel tells a holder of a lease about openers by SIGIO, which would end the JVM.
        if (kernel.fcntl(readOnlyFd, F_SETSIG, SIGURG) < 0
                || kernel.fcntl(readOnlyFd, OpenFlags.F_SETLEASE, OpenFlags.F_RDLCK) < 0) {
            return false;
        }
        kernel.fcntl(readOnlyFd, OpenFlags.F_SETLEASE, OpenFlags.F_UNLCK);
        return true;
    }

    /** Opens with O_NONBLOCK, which must be among the flags: {@code -EAGAIN} then means the lease of a program. */
    int open(IntSupplier systemCall) {
        int fd = systemCall.getAsInt();
        return fd == -Errno.EAGAIN ? withoutOurs(systemCall) : fd;
    }

    private synchronized int withoutOurs(IntSupplier systemCall) {
        return systemCall.getAsInt();
    }

    /** Whether a program has a lease on a file, or is about to give one back. */
    boolean isLeased(Seen seen) {
        return find(seen, false);
    }

    /** Whether a program has a lease that reading would break. */
    boolean isLeasedForWriting(Seen seen) {
        return find(seen, true);
    }

    /** Lines such as {@code 14: LEASE  ACTIVE    READ 7501 fe:00:2924721 0 EOF}. */
    private synchronized boolean find(Seen seen, boolean evenReadersBreak) {
        String locks = read();
        if (!locks.contains("LEASE")) {
            return false;
        }
        String file = String.format(" %02x:%02x:%d ", Stat.majorOf(seen.dev()), Stat.minorOf(seen.dev()), seen.ino());
        return locks.lines()
                .anyMatch(line -> line.contains(" LEASE ")
                        && line.contains(file)
                        && !(evenReadersBreak && line.contains(" ACTIVE ") && line.contains(" READ ")));
    }

    private String read() {
        for (; ; ) {
            int length = 0;
            // The kernel gives at most a page at a time.
            for (long count = 1; count > 0 && length < text.length; length += (int) Math.max(0, count)) {
                count = kernel.pread(locksFd, text, length, Math.min(4096, text.length - length), length);
            }
            if (length < text.length) {
                return new String(text, 0, length, StandardCharsets.US_ASCII);
            }
            text = new byte[2 * text.length];
        }
    }

    @Override
    public void close() {
        if (locksFd >= 0) {
            kernel.close(locksFd);
        }
    }
}
