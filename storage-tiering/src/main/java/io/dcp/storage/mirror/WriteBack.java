package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends dirty files to the object store in the background, deletes objects that nothing refers to, and holds writers
 * back while too much is dirty. One thread; under the agent's credentials.
 */
final class WriteBack implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WriteBack.class);
    private static final int SIGURG = 23;
    private static final int F_SETSIG = 10;
    private static final long IDLE_MILLIS = 200;
    private static final long RETRY_MILLIS = 500;
    private static final int GARBAGE_AT_ONCE = 64;
    /** A file that stays open for writing is sent all the same after this time, and again when it has changed. */
    private static final long OPEN_FILE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final MetadataStore store;
    private final DirtyFiles dirty;
    private final Xattrs xattrs;
    private final FileTransfer transfer;
    private final ObjectStore objects;
    private final Region region;
    private final long bound;
    private final long delayNanos;
    private final Object wake = new Object();
    private final Thread thread = new Thread(this::run, "write-back");
    private boolean closed;
    private boolean urgent;
    private long rounds;
    private volatile String lastError;

    WriteBack(
            MirrorTree tree,
            Namespace namespace,
            MetadataStore store,
            DirtyFiles dirty,
            Xattrs xattrs,
            FileTransfer transfer,
            ObjectStore objects,
            Region region,
            MirrorConfig config) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.store = store;
        this.dirty = dirty;
        this.xattrs = xattrs;
        this.transfer = transfer;
        this.objects = objects;
        this.region = region;
        this.bound = config.dirtyBytes();
        this.delayNanos = config.writeBackDelay().toNanos();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Why the last attempt failed; null if it did not. */
    String lastError() {
        return lastError;
    }

    /** Waits until there is room for more dirty bytes, at most until the deadline; false if there is none by then. */
    boolean awaitRoom(long deadlineNanos) throws InterruptedException {
        synchronized (wake) {
            while (region.throttles()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0 || closed) {
                    return false;
                }
                urgent = true;
                wake.notifyAll();
                TimeUnit.NANOSECONDS.timedWait(wake, Math.min(left, TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS)));
            }
            return true;
        }
    }

    /**
     * Sends everything, now.
     *
     * @return the number of files that could not be sent: a program has them open for writing, or the store is away
     */
    int drain(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (wake) {
            long wanted = rounds + 2;
            while (dirty.count() > 0 && !closed && System.nanoTime() - deadline < 0) {
                urgent = true;
                wake.notifyAll();
                TimeUnit.MILLISECONDS.timedWait(wake, IDLE_MILLIS);
                if (rounds >= wanted && lastError == null) {
                    break;
                }
            }
        }
        return dirty.count();
    }

    @Override
    public void close() {
        synchronized (wake) {
            closed = true;
            wake.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (true) {
            boolean now;
            synchronized (wake) {
                if (closed) {
                    return;
                }
                now = urgent;
                urgent = false;
            }
            boolean fine = round(now);
            synchronized (wake) {
                rounds++;
                wake.notifyAll();
                if (closed) {
                    return;
                }
                try {
                    if (!urgent || !fine) {
                        TimeUnit.MILLISECONDS.timedWait(wake, fine ? IDLE_MILLIS : RETRY_MILLIS);
                    }
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    /** One pass over the dirty files; false if the object store failed. */
    private boolean round(boolean everything) {
        measure();
        boolean fine = true;
        for (long ino : dirty.all()) {
            if (stopping()) {
                return true;
            }
            try {
                send(ino, everything || region.throttles());
                lastError = null;
            } catch (ObjectStoreException e) {
                complain(e.getMessage());
                fine = false;
                break;
            } catch (IOException | RuntimeException e) {
                complain("cannot send a file: ino=" + ino + ": " + e);
                fine = false;
            }
            throttle();
        }
        throttle();
        return collectGarbage() && fine;
    }

    private boolean stopping() {
        synchronized (wake) {
            return closed;
        }
    }

    private void complain(String message) {
        if (!message.equals(lastError)) {
            log.warn("write-back waits: {}", message);
        }
        lastError = message;
    }

    /** Learns how much is dirty: files that somebody may be writing to are asked again. */
    private void measure() {
        for (long ino : dirty.all()) {
            DirtyFiles.DirtyFile file = dirty.get(ino);
            if (file == null || file.settled) {
                continue;
            }
            Inode inode = namespace.inode(ino);
            int fd = inode == null
                    ? -1
                    : tree.open(inode, OpenFlags.O_RDONLY | OpenFlags.O_NOATIME | OpenFlags.O_NONBLOCK);
            if (fd < 0) {
                continue;
            }
            try {
                boolean quiet = isQuiet(fd);
                Seen seen = tree.stat(fd);
                if (seen != null) {
                    boolean sent = file.sentAt != null && file.sentAt.equals(seen.ctime());
                    dirty.measured(ino, file.grants, sent ? 0 : seen.blocks512() * 512, quiet);
                }
            } finally {
                kernel.close(fd);
            }
        }
        throttle();
    }

    private void throttle() {
        long bytes = dirty.bytes();
        boolean on = region.throttles() ? bytes > bound - bound / 8 : bytes > bound;
        if (on != region.throttles()) {
            region.throttle(on);
            log.warn(
                    on ? "writers wait: dirtyBytes={} bound={}" : "writers go on: dirtyBytes={} bound={}",
                    bytes,
                    bound);
            synchronized (wake) {
                wake.notifyAll();
            }
        }
    }

    /** Whether nobody can write to a file now: no descriptor or mapping for writing. A read lease is given just then. */
    private boolean isQuiet(int readOnlyFd) {
        // The kernel tells a holder of a lease about openers by SIGIO, which would end the JVM.
        if (kernel.fcntl(readOnlyFd, F_SETSIG, SIGURG) < 0
                || kernel.fcntl(readOnlyFd, OpenFlags.F_SETLEASE, OpenFlags.F_RDLCK) < 0) {
            return false;
        }
        kernel.fcntl(readOnlyFd, OpenFlags.F_SETLEASE, OpenFlags.F_UNLCK);
        return true;
    }

    private void send(long ino, boolean now) throws IOException {
        DirtyFiles.DirtyFile file = dirty.get(ino);
        if (file == null || (!now && System.nanoTime() - file.sinceNanos < delayNanos)) {
            return;
        }
        Inode inode = namespace.inode(ino);
        if (inode == null) {
            dirty.gone(ino);
            return;
        }
        if (!isHere(inode)) {
            // What the object store has is all there is: nobody could write, or it was lost with an older mirror.
            dirty.clean(ino, file.grants, change -> change.inode(ino) != null && !isHere(change.inode(ino)));
            return;
        }
        int fd = tree.open(inode, OpenFlags.O_RDONLY | OpenFlags.O_NOATIME | OpenFlags.O_NONBLOCK);
        if (fd < 0) {
            // Renamed or removed meanwhile: the next round looks again.
            return;
        }
        try {
            boolean quiet = isQuiet(fd);
            Seen before = tree.stat(fd);
            if (before == null) {
                return;
            }
            boolean sentAlready = file.sentAt != null && file.sentAt.equals(before.ctime());
            if (!quiet && (sentAlready || (!now && System.nanoTime() - file.sinceNanos < OPEN_FILE_NANOS))) {
                return;
            }
            transferAndRecord(ino, fd, before, file.grants, quiet);
        } finally {
            kernel.close(fd);
        }
    }

    private boolean isHere(Inode inode) {
        return inode.present() && namespace.isOnMirror(inode);
    }

    private void transferAndRecord(long ino, int fd, Seen before, long grants, boolean quiet) throws IOException {
        // The ctime that is recorded with the contents must not hide attributes that a kill has left unrecorded.
        xattrs.record(ino, fd);
        List<ChunkRef> known = namespace.chunks(ino);
        List<ChunkRef> refs = transfer.upload(ino, (into, at) -> read(fd, into, at), before.sizeBytes(), known);
        Seen after = tree.stat(fd);
        boolean same = after != null && after.ctime().equals(before.ctime()) && after.sizeBytes() == before.sizeBytes();
        if (quiet && same && isQuiet(fd)) {
            if (dirty.clean(ino, grants, change -> record(change, ino, before, refs))) {
                return;
            }
        }
        try (Change change = namespace.change()) {
            if (record(change, ino, before, refs)) {
                change.commit();
                if (same) {
                    dirty.sent(ino, before.ctime());
                }
                return;
            }
        }
        discard(refs, known);
    }

    /** By the descriptor that was opened for this: a channel would open the file again, and its access time would move. */
    private int read(int fd, ByteBuffer into, long position) throws IOException {
        long count = kernel.pread(fd, into, position);
        if (count < 0) {
            throw new IOException("a file of the mirror cannot be read: error=" + Errno.name((int) -count));
        }
        return (int) count;
    }

    /** Adds the new contents to a change; false if the file is gone. */
    private boolean record(Change change, long ino, Seen seen, List<ChunkRef> refs) {
        Inode inode = change.inode(ino);
        if (inode == null) {
            return false;
        }
        change.setChunks(ino, refs);
        // The size that goes with these chunks, also if the clock was set back and times tell nothing.
        change.put(
                AttributesOf.refreshed(inode, seen).sizeBytes(seen.sizeBytes()).build());
        return true;
    }

    private void discard(List<ChunkRef> refs, List<ChunkRef> known) throws IOException {
        Set<ChunkRef> kept = new HashSet<>(known);
        try (Change change = namespace.change()) {
            refs.stream().filter(ref -> !kept.contains(ref)).forEach(change::discard);
            change.commit();
        }
    }

    private boolean collectGarbage() {
        try {
            for (List<byte[]> keys = namespace.garbage(GARBAGE_AT_ONCE);
                    !keys.isEmpty() && !stopping();
                    keys = namespace.garbage(GARBAGE_AT_ONCE)) {
                // What still referred to them must not come back by a loss of power.
                store.sync();
                for (byte[] key : keys) {
                    objects.delete(new String(key, StandardCharsets.UTF_8));
                }
                try (Change change = namespace.change()) {
                    keys.forEach(change::deleted);
                    change.commit();
                }
            }
            return true;
        } catch (ObjectStoreException e) {
            complain(e.getMessage());
            return false;
        } catch (IOException e) {
            complain("cannot record that objects were deleted: " + e);
            return false;
        }
    }
}
