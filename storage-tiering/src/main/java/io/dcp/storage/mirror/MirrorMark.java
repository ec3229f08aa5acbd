package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import io.dcp.storage.metadata.Witness;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file beside the mirror whose modification time is a commit's number: the names and attributes of which the commits up
 * to it tell are on the disk. File systems with one log of their metadata (ext4, XFS) bring all that came before to the
 * disk with this file's inode; on others, or if the mirror is on another one than this file, all of it is synced.
 *
 * <p>Any thread. Under the agent's credentials.
 */
public final class MirrorMark implements Witness, AutoCloseable {
    private static final long NANOS = 1_000_000_000;
    private static final long EXT4 = 0xef53;
    private static final long XFS = 0x58465342;

    private final Kernel kernel;
    private final int fd;
    private final int mirrorFd;
    private final boolean oneLog;
    private final boolean known;
    private long reached;

    /**
     * Opens the mark, or makes one.
     *
     * @param mirror the mirror's root directory
     * @throws IOException if either cannot be opened
     */
    public MirrorMark(Kernel kernel, Path mark, Path mirror) throws IOException {
        this.kernel = kernel;
        byte[] path = Paths.ofFile(mark);
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC;
        int opened = kernel.openat(Stat.AT_FDCWD, path, flags, 0);
        known = opened >= 0;
        fd = known ? opened : kernel.openat(Stat.AT_FDCWD, path, flags | OpenFlags.O_CREAT, 0600);
        failIfNegative(fd, "cannot open " + mark);
        mirrorFd = kernel.openat(
                Stat.AT_FDCWD,
                Paths.ofFile(mirror),
                OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC,
                0);
        if (mirrorFd < 0) {
            kernel.close(fd);
        }
        failIfNegative(mirrorFd, "cannot open " + mirror);
        Statx own = ask(fd);
        // Of a new mark the time says nothing.
        reached = known ? own.mtimeSec() * NANOS + own.mtimeNs() : 0;
        long type = kernel.fstatfs(fd).type();
        oneLog = (type == EXT4 || type == XFS) && own.dev() == ask(mirrorFd).dev();
        if (!known) {
            mark(0);
        }
    }

    @Override
    public synchronized long reached() {
        return known ? reached : Long.MAX_VALUE;
    }

    @Override
    public synchronized void reach(long sequence) throws IOException {
        if (sequence > reached) {
            mark(sequence);
        }
    }

    @Override
    public synchronized void reset(long sequence) throws IOException {
        mark(sequence);
    }

    /** Brings everything on the mirror to the disk, contents too. */
    void syncAll() throws IOException {
        failIfNegative(kernel.syncfs(mirrorFd), "cannot sync the mirror");
    }

    private void mark(long sequence) throws IOException {
        if (!oneLog) {
            syncAll();
        }
        int done = kernel.utimensat(
                fd, Paths.EMPTY, 0, Stat.UTIME_OMIT, sequence / NANOS, sequence % NANOS, Stat.AT_EMPTY_PATH);
        failIfNegative(done, "cannot mark what is on the disk");
        failIfNegative(kernel.fsync(fd), "cannot sync the mirror's names");
        reached = sequence;
    }

    private Statx ask(int descriptor) throws IOException {
        Statx statx = new Statx();
        failIfNegative(
                kernel.statx(descriptor, Paths.EMPTY, Stat.AT_EMPTY_PATH, Stat.STATX_BASIC_STATS, statx),
                "cannot ask for the mirror");
        return statx;
    }

    private static void failIfNegative(int result, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + Errno.name(-result));
        }
    }

    @Override
    public void close() {
        kernel.close(fd);
        kernel.close(mirrorFd);
    }
}
