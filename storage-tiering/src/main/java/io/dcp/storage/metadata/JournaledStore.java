package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded {@link MetadataStore}: a write-ahead journal, a sorted table in memory, and an LMDB base store, in one
 * directory.
 *
 * <pre>
 *   commit ──> journal-*.wal ──> active table          reads: active, frozen, base
 *                                    │ freeze (the journal rolls to the next segment)
 *                                    v
 *                                frozen table ──> base/data.mdb   one synced LMDB transaction, with the sequence;
 *                                                                 then the segments up to it are removed
 *   lock      held while open      format    says that there is a store, and of which version
 * </pre>
 *
 * <p>A commit takes one write(2) into the page cache, so it survives {@code kill -9}; {@link #sync} adds fdatasync.
 * Opening replays the journal; see {@link JournalReplay} for what it accepts as a journal's end.
 *
 * <p>The JVM needs {@code --add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/sun.nio.ch=ALL-UNNAMED} for
 * lmdbjava.
 */
public final class JournaledStore implements MetadataStore {
    private static final Logger LOG = LoggerFactory.getLogger(JournaledStore.class);
    private static final byte[] FORMAT = "dcp-metadata 1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UNFINISHED = "dcp-metadata in the making\n".getBytes(StandardCharsets.US_ASCII);
    private static final long CLOSE_WAIT_S = 60;

    /** Commits wait, or fail if checkpoints do, when the active table is this many times the checkpoint bound. */
    private static final int BACKLOG_FACTOR = 3;

    /** The tables that hide the base store; frozen is null when no checkpoint is under way. */
    record Tables(MemoryTable active, MemoryTable frozen) {}

    private final StoreOptions options;
    private final DirectoryLock lock;
    private final LmdbBase base;
    private final Journal journal;
    private final SpaceReserve reserve;
    private final Witness witness;
    private final ThreadPoolExecutor background;
    private final ReentrantLock checkpointLock = new ReentrantLock();

    /** Serializes commits and freezes; commits that wait for a checkpoint wait on it. */
    private final Object commitLock = new Object();

    private volatile Tables tables;
    private volatile boolean closed;
    /** Guarded by commitLock. */
    private boolean checkpointScheduled;
    /** Guarded by commitLock; null when the last checkpoint succeeded. */
    private IOException checkpointFailure;

    private JournaledStore(
            StoreOptions options,
            DirectoryLock lock,
            LmdbBase base,
            Journal journal,
            SpaceReserve reserve,
            Witness witness,
            MemoryTable replayed,
            ThreadPoolExecutor background) {
        this.options = options;
        this.lock = lock;
        this.base = base;
        this.journal = journal;
        this.reserve = reserve;
        this.witness = witness;
        this.background = background;
        this.tables = new Tables(replayed, null);
    }

    /**
     * Opens the store of a directory, or makes one there.
     *
     * @throws MetadataCorruptException if what is there cannot be read completely; nothing has been changed
     * @throws IOException if another process has it open, or the directory cannot be used
     */
    public static JournaledStore open(Path directory) throws IOException {
        return open(directory, StoreOptions.defaults());
    }

    /** Opens like {@link #open(Path)}, with other bounds. */
    public static JournaledStore open(Path directory, StoreOptions options) throws IOException {
        return open(directory, options, Witness.NONE);
    }

    /** Opens like {@link #open(Path, StoreOptions)}, with something that must not be older than what is committed. */
    public static JournaledStore open(Path directory, StoreOptions options, Witness witness) throws IOException {
        return open(directory, options, Durability.FDATASYNC, witness);
    }

    static JournaledStore open(Path directory, StoreOptions options, Durability durability, Witness witness)
            throws IOException {
        Files.createDirectories(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        LmdbBase base = null;
        boolean opened = false;
        try {
            base = openBase(directory, options);
            MemoryTable table = new MemoryTable();
            JournalReplay replay = JournalReplay.read(
                    directory, base.sequence(), base.salt(), options.bootId(), witness.reached(), table::apply);
            replay.repair();
            if (replay.powerLost()) {
                // The numbers of forgotten commits are given again.
                witness.reset(replay.last());
            }
            removeDrafts(directory);
            ThreadPoolExecutor background = backgroundThreads();
            SpaceReserve reserve = new SpaceReserve(directory, options.segmentBytes());
            Journal journal = new Journal(
                    directory,
                    options,
                    base.salt(),
                    replay.last(),
                    base.sequence(),
                    replay.survivors(),
                    replay.endOfLast(),
                    durability,
                    reserve,
                    witness,
                    background);
            JournaledStore store =
                    new JournaledStore(options, lock, base, journal, reserve, witness, table, background);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                if (base != null) {
                    base.close();
                }
                lock.close();
            }
        }
    }

    @Override
    public byte[] get(byte[] key) {
        failIfClosed();
        Tables now = tables;
        byte[] value = now.active.get(key);
        if (value == null && now.frozen != null) {
            value = now.frozen.get(key);
        }
        if (value != null) {
            return value == MemoryTable.REMOVED ? null : value;
        }
        return base.get(key);
    }

    @Override
    public void scan(byte[] fromInclusive, byte[] toExclusive, Visitor visitor) {
        failIfClosed();
        MergingScan.scan(this, fromInclusive, toExclusive, visitor);
    }

    @Override
    public long commit(WriteBatch batch) throws IOException {
        if (batch.isEmpty()) {
            failIfClosed();
            return journal.last();
        }
        synchronized (commitLock) {
            failIfClosed();
            waitForRoom();
            long sequence = journal.append(batch);
            tables.active.apply(batch, sequence);
            scheduleCheckpointIfDue();
            return sequence;
        }
    }

    @Override
    public void sync() throws IOException {
        failIfClosed();
        journal.sync(journal.last());
    }

    @Override
    public void checkpoint() throws IOException {
        failIfClosed();
        checkpointNow();
    }

    @Override
    public void close() throws IOException {
        synchronized (commitLock) {
            if (closed) {
                return;
            }
            closed = true;
            commitLock.notifyAll();
        }
        background.shutdown();
        awaitBackground();
        try {
            checkpointNow();
        } finally {
            try {
                journal.close();
            } finally {
                base.close();
                lock.close();
            }
        }
    }

    Tables tables() {
        return tables;
    }

    LmdbBase base() {
        return base;
    }

    private void failIfClosed() {
        if (closed) {
            throw new IllegalStateException("metadata store is closed");
        }
    }

    private void waitForRoom() throws IOException {
        boolean interrupted = false;
        try {
            while (tables.active.heapBytes() > BACKLOG_FACTOR * options.checkpointBytes()) {
                IOException failure = checkpointFailure;
                scheduleCheckpointIfDue();
                if (failure != null) {
                    throw new IOException("too much is not checkpointed: " + failure.getMessage(), failure);
                }
                try {
                    commitLock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                failIfClosed();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Caller holds commitLock. */
    private void scheduleCheckpointIfDue() {
        if (!checkpointScheduled && tables.active.heapBytes() > options.checkpointBytes()) {
            checkpointScheduled = true;
            background.execute(this::checkpointInBackground);
        }
    }

    private void checkpointInBackground() {
        IOException failure = null;
        try {
            checkpointNow();
        } catch (IOException | RuntimeException e) {
            failure = e instanceof IOException io ? io : new IOException(e);
            LOG.error("metadata checkpoint failed, commits go on in the journal: {}", e.toString());
        }
        synchronized (commitLock) {
            checkpointScheduled = false;
            checkpointFailure = failure;
            commitLock.notifyAll();
        }
    }

    /** Applies what an earlier checkpoint had frozen and could not apply, then what is active now. */
    private void checkpointNow() throws IOException {
        checkpointLock.lock();
        try {
            applyFrozen();
            synchronized (commitLock) {
                if (tables.active.isEmpty()) {
                    return;
                }
                journal.roll();
                tables = new Tables(new MemoryTable(), tables.active);
            }
            applyFrozen();
        } finally {
            checkpointLock.unlock();
        }
    }

    private void applyFrozen() throws IOException {
        MemoryTable frozen = tables.frozen;
        if (frozen == null) {
            return;
        }
        witness.reach(frozen.lastSequence());
        try {
            base.apply(frozen.entries(), frozen.lastSequence());
        } catch (IOException e) {
            if (!reserve.release()) {
                throw e;
            }
            base.apply(frozen.entries(), frozen.lastSequence());
        }
        synchronized (commitLock) {
            tables = new Tables(tables.active, null);
            checkpointFailure = null;
            commitLock.notifyAll();
        }
        journal.dropEnded(frozen.lastSequence());
    }

    private void awaitBackground() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!background.awaitTermination(CLOSE_WAIT_S, TimeUnit.SECONDS)) {
                        LOG.warn("metadata store waits for its checkpoint to end");
                        continue;
                    }
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static ThreadPoolExecutor backgroundThreads() {
        // At most one checkpoint and one spare segment are under way, each with a thread.
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "metadata-background");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static LmdbBase openBase(Path directory, StoreOptions options) throws IOException {
        Path format = directory.resolve("format");
        Path baseDirectory = directory.resolve("base");
        byte[] found = Files.exists(format) ? Files.readAllBytes(format) : null;
        if (Arrays.equals(found, FORMAT)) {
            return LmdbBase.open(baseDirectory, options.mapBytes(), false);
        }
        if (found == null) {
            refuseLeftovers(directory, baseDirectory);
            Directory.writeDurably(format, UNFINISHED);
        } else if (!Arrays.equals(found, UNFINISHED)) {
            throw new MetadataCorruptException("metadata has another format: file=" + format);
        }
        Files.createDirectories(baseDirectory);
        Files.deleteIfExists(baseDirectory.resolve("data.mdb"));
        Files.deleteIfExists(baseDirectory.resolve("lock.mdb"));
        LmdbBase base = LmdbBase.open(baseDirectory, options.mapBytes(), true);
        boolean finished = false;
        try {
            Directory.force(baseDirectory);
            Directory.writeDurably(format, FORMAT);
            finished = true;
            return base;
        } finally {
            if (!finished) {
                base.close();
            }
        }
    }

    /** Where nothing says that there is a store, there must be none of its parts. */
    private static void refuseLeftovers(Path directory, Path baseDirectory) throws IOException {
        if (Files.exists(baseDirectory)) {
            throw new MetadataCorruptException("base store without a format file: directory=" + directory);
        }
        try (DirectoryStream<Path> journals = Files.newDirectoryStream(directory, "journal-*")) {
            for (Path file : journals) {
                throw new MetadataCorruptException("journal without a format file: file=" + file);
            }
        }
    }

    private static void removeDrafts(Path directory) throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, "*.tmp")) {
            for (Path draft : drafts) {
                Files.deleteIfExists(draft);
            }
        }
    }
}
