package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreException;
import java.io.IOException;
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
    private static final long IDLE_MILLIS = 200;
    private static final long RETRY_MILLIS = 500;
    private static final int GARBAGE_AT_ONCE = 64;
    private static final int MAX_COMPLAINTS = 100;
    /** What was committed is on the disk after this time at the latest, as on ext4. */
    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** A file that stays open for writing is sent all the same after this time, and again when it has changed. */
    private static final long OPEN_FILE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final MetadataStore store;
    private final DirtyFiles dirty;
    private final Uploads uploads;
    private final ObjectStore objects;
    private final Region region;
    private final long bound;
    private final long delayNanos;
    private final Object wake = new Object();
    private final Thread thread = new Thread(this::run, "write-back");
    private boolean closed;
    private boolean urgent;
    private long rounds;
    private long syncedAtNanos = System.nanoTime();
    private volatile String lastError;
    /** Causes of failures that the log has since all was well. */
    private final Set<String> complaints = new HashSet<>();

    WriteBack(
            MirrorTree tree,
            Namespace namespace,
            MetadataStore store,
            DirtyFiles dirty,
            Uploads uploads,
            ObjectStore objects,
            Region region,
            MirrorConfig config) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.store = store;
        this.dirty = dirty;
        this.uploads = uploads;
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
            // The one under way, one that settles what that one sent, one that sends what has changed since.
            long wanted = rounds + 3;
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

    /** Records what was sent last; after {@link #close}, so that it need not be sent again. */
    void settleLast() {
        settle(true);
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
            } catch (ObjectStoreException e) {
                complain(e.getMessage());
                fine = false;
                break;
            } catch (IOException | RuntimeException e) {
                complain(e.toString(), "cannot send a file: ino=" + ino + ": " + e);
                fine = false;
            }
            throttle();
        }
        throttle();
        boolean settled = settle(everything) && collectGarbage() && fine;
        if (settled) {
            lastError = null;
            complaints.clear();
        }
        return settled;
    }

    /** Records what was sent, and has what was committed on the disk in time. */
    private boolean settle(boolean now) {
        try {
            uploads.settle(now);
            if (System.nanoTime() - syncedAtNanos > SYNC_NANOS) {
                store.sync();
                syncedAtNanos = System.nanoTime();
            }
            return true;
        } catch (ObjectStoreException | IOException e) {
            complain("what was sent cannot be recorded: " + e.getMessage());
            return false;
        }
    }

    private boolean stopping() {
        synchronized (wake) {
            return closed;
        }
    }

    private void complain(String message) {
        complain(message, message);
    }

    /** Each cause is told once until all is well again: a full disk fails every dirty file in every round. */
    private void complain(String cause, String message) {
        if (complaints.size() < MAX_COMPLAINTS && complaints.add(cause)) {
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
            int fd = inode == null ? -1 : tree.openUnseen(inode);
            if (fd < 0) {
                continue;
            }
            try {
                boolean quiet = tree.leases().isQuiet(fd);
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

    private void send(long ino, boolean now) throws IOException {
        DirtyFiles.DirtyFile file = dirty.get(ino);
        if (file == null || uploads.isUnderWay(ino) || (!now && System.nanoTime() - file.sinceNanos < delayNanos)) {
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
        int fd = tree.openUnseen(inode);
        if (fd < 0) {
            // Renamed or removed meanwhile: the next round looks again.
            return;
        }
        try {
            boolean quiet = tree.leases().isQuiet(fd);
            Seen before = tree.stat(fd);
            if (before == null) {
                return;
            }
            boolean sentAlready = file.sentAt != null && file.sentAt.equals(before.ctime());
            if (!quiet && (sentAlready || (!now && System.nanoTime() - file.sinceNanos < OPEN_FILE_NANOS))) {
                return;
            }
            uploads.send(ino, fd, before, file.grants, quiet);
        } finally {
            kernel.close(fd);
        }
    }

    private boolean isHere(Inode inode) {
        return inode.present() && namespace.isOnMirror(inode);
    }

    private boolean collectGarbage() {
        try {
            for (List<byte[]> keys = namespace.garbage(GARBAGE_AT_ONCE);
                    !keys.isEmpty() && !stopping();
                    keys = namespace.garbage(GARBAGE_AT_ONCE)) {
                // What still referred to them must not come back by a loss of power.
                store.sync();
                for (byte[] key : keys) {
                    String object = new String(key, StandardCharsets.UTF_8);
                    if (namespace.refersTo(object)) {
                        log.error("an object was to be deleted that a file refers to, it stays: {}", object);
                    } else {
                        objects.delete(object);
                    }
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
