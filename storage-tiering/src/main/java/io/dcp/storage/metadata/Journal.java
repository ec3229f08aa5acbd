package io.dcp.storage.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write-ahead journal: batches one after the other in segment files, before they reach the base store.
 *
 * <p>A segment begins with a {@link SegmentHeader}, then come records ({@link JournalRecord}) without gaps, then zeros.
 * Segments are filled with zeros in advance, in the background, so that a sync need not wait for the file system's own
 * journal. What has been appended is in the page cache and survives the process; {@link #sync} makes it survive the
 * power.
 *
 * <p>Appending and rolling are serialized by this object's monitor; syncing by a lock of its own, so that appends go on.
 */
final class Journal implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final String SPARE = "spare.wal";
    private static final String DRAFT = "draft.tmp";
    private static final int KEPT_BUFFER_BYTES = 1 << 20;

    private final Path directory;
    private final StoreOptions options;
    private final int salt;
    private final Durability durability;
    private final SpaceReserve reserve;
    private final Witness witness;
    private final Executor background;
    private final CRC32C crc = new CRC32C();
    private final ReentrantLock syncLock = new ReentrantLock();

    /** Segments in use, the current one last; guarded by this. */
    private final ArrayDeque<JournalSegment> segments = new ArrayDeque<>();
    /** Files that an earlier process left and that are replayed; guarded by this. */
    private final List<Path> replayed;
    /** Of {@link #replayed}, those that may not be durable yet; guarded by {@link #syncLock}. */
    private final List<Path> replayedUnsynced;

    private byte[] buffer = new byte[64 << 10];
    private boolean currentEnded = true;
    private boolean preparing;
    private boolean namesChanged = true;
    private long last;
    private volatile long synced;
    private volatile IOException failure;

    /**
     * Continues after what was replayed.
     *
     * @param last sequence of the last batch that is there
     * @param durable sequence up to which batches are in the base store
     * @param endOfLast where to go on in the last of the replayed segments; 0 to begin another one
     * @throws IOException if that segment cannot be opened
     */
    Journal(
            Path directory,
            StoreOptions options,
            int salt,
            long last,
            long durable,
            List<Path> replayed,
            long endOfLast,
            Durability durability,
            SpaceReserve reserve,
            Witness witness,
            Executor background)
            throws IOException {
        this.directory = directory;
        this.options = options;
        this.salt = salt;
        this.last = last;
        this.synced = durable;
        // An agent that is killed again and again on a full disk needs no other segment each time.
        boolean goesOn = endOfLast > 0 && endOfLast < options.segmentBytes();
        List<Path> ended = goesOn ? replayed.subList(0, replayed.size() - 1) : replayed;
        if (goesOn) {
            segments.add(JournalSegment.resume(replayed.get(replayed.size() - 1), endOfLast));
            currentEnded = false;
        }
        this.replayed = new ArrayList<>(ended);
        this.replayedUnsynced = new ArrayList<>(ended);
        this.durability = durability;
        this.reserve = reserve;
        this.witness = witness;
        this.background = background;
        synchronized (this) {
            prepareSpare();
        }
    }

    /** Sequence of the last batch that was appended. */
    synchronized long last() {
        return last;
    }

    /**
     * Appends a batch.
     *
     * @return its sequence
     * @throws IOException if it could not be written; nothing has changed
     */
    synchronized long append(WriteBatch batch) throws IOException {
        failIfFailed();
        int length = JournalRecord.lengthOf(batch);
        if (length > buffer.length) {
            buffer = new byte[Math.max(length, Math.min(buffer.length * 2, KEPT_BUFFER_BYTES))];
        }
        long sequence = last + 1;
        JournalRecord.encode(batch, length, sequence, synced, salt, crc, buffer);
        try {
            currentFor(length).append(buffer, length);
        } catch (IOException e) {
            appendToKept(batch, length, e);
        }
        last = sequence;
        if (buffer.length > KEPT_BUFFER_BYTES) {
            buffer = new byte[KEPT_BUFFER_BYTES];
        }
        return sequence;
    }

    /** Where the disk has no room for a record, files have that were filled before: the reserve is for removals only. */
    private void appendToKept(WriteBatch batch, int length, IOException cause) throws IOException {
        Path spare = directory.resolve(SPARE);
        Path kept = Files.exists(spare) || !batch.removes() ? spare : reserve.file();
        if (!Files.exists(kept) || length > options.segmentBytes() - SegmentHeader.BYTES) {
            throw cause;
        }
        LOG.warn("the disk is full, the journal goes on in {}", kept.getFileName());
        begin(kept).append(buffer, length);
    }

    private JournalSegment currentFor(int length) throws IOException {
        JournalSegment current = segments.peekLast();
        if (!currentEnded
                && current != null
                && !current.isBroken()
                && (current.position() + length <= options.segmentBytes()
                        || current.position() == SegmentHeader.BYTES)) {
            return current;
        }
        Path spare = directory.resolve(SPARE);
        return begin(Files.exists(spare) ? spare : directory.resolve("bare.tmp"));
    }

    /** Begins another segment in a file of zeros, which need not exist. */
    private JournalSegment begin(Path prepared) throws IOException {
        JournalSegment current = segments.peekLast();
        if (current != null && current.position() == SegmentHeader.BYTES) {
            segments.removeLast().close(); // broken or too small, and empty: the new one takes its name
        }
        JournalSegment next =
                JournalSegment.activate(directory, prepared, new SegmentHeader(last + 1, options.bootId()));
        segments.addLast(next);
        currentEnded = false;
        namesChanged = true;
        prepareSpare();
        return next;
    }

    /** Ends the current segment: what is appended from now on goes to another file. */
    synchronized void roll() {
        JournalSegment current = segments.peekLast();
        currentEnded = currentEnded || current == null || current.position() > SegmentHeader.BYTES;
    }

    /**
     * Makes all batches up to a sequence durable. Callers that wait meanwhile are served by the next one of them.
     *
     * @throws IOException if that failed, now or before; the journal takes no more
     */
    void sync(long sequence) throws IOException {
        if (synced >= sequence) {
            return;
        }
        syncLock.lock();
        try {
            failIfFailed();
            if (synced < sequence) {
                syncAll();
            }
        } finally {
            syncLock.unlock();
        }
    }

    private void syncAll() throws IOException {
        List<JournalSegment> written;
        long upTo;
        boolean names;
        synchronized (this) {
            written = new ArrayList<>(segments);
            upTo = last;
            names = namesChanged;
            namesChanged = false;
        }
        try {
            witness.reach(upTo);
            for (Path file : replayedUnsynced) {
                durability.force(file);
            }
            replayedUnsynced.clear();
            for (JournalSegment segment : written) {
                durability.force(segment.file());
            }
            if (names) {
                Directory.force(directory);
            }
        } catch (IOException e) {
            failure = e;
            LOG.error("metadata journal cannot be synced: directory={} reason={}", directory, e.toString());
            throw e;
        }
        synced = Math.max(synced, upTo);
        synchronized (this) {
            closeEnded(written);
        }
    }

    /** Closes those of the segments, all durable, that get no more records. Their files stay for the checkpoint. */
    private void closeEnded(List<JournalSegment> durable) throws IOException {
        JournalSegment current = segments.peekLast();
        for (JournalSegment segment : durable) {
            if (segment != current && segments.remove(segment)) {
                replayed.add(segment.file());
                segment.close();
            }
        }
    }

    /** Removes the files of all ended segments: the base store has their batches, durably, up to a sequence. */
    void dropEnded(long sequence) throws IOException {
        syncLock.lock();
        try {
            List<Path> dropped = new ArrayList<>();
            synced = Math.max(synced, sequence);
            synchronized (this) {
                replayedUnsynced.clear();
                for (Path file : List.copyOf(replayed)) {
                    if (SegmentHeader.firstSequenceOf(file) <= sequence) {
                        dropped.add(file);
                        replayed.remove(file);
                    }
                }
                while (!segments.isEmpty()
                        && SegmentHeader.firstSequenceOf(segments.peekFirst().file()) <= sequence) {
                    JournalSegment segment = segments.removeFirst();
                    dropped.add(segment.file());
                    segment.close();
                }
            }
            for (Path file : dropped) {
                drop(file);
            }
        } finally {
            syncLock.unlock();
        }
    }

    /** Removes a segment; on a full disk its blocks become what is missing of reserve and spare. */
    private void drop(Path file) throws IOException {
        Path spare = directory.resolve(SPARE);
        boolean isMissed = !Files.exists(reserve.file()) || !Files.exists(spare);
        if (!isMissed || reserve.hasRoomBeside() || Files.size(file) != options.segmentBytes()) {
            Files.deleteIfExists(file);
        } else if (!Files.exists(reserve.file())) {
            reserve.keep(file);
        } else {
            synchronized (this) {
                SpaceReserve.refill(file, directory.resolve("refill.tmp"), spare, options.segmentBytes());
            }
        }
    }

    private void failIfFailed() throws IOException {
        IOException cause = failure;
        if (cause != null) {
            throw new IOException("metadata journal failed before, reopen the store: " + cause.getMessage(), cause);
        }
    }

    /** Starts to make a segment of zeros for later, unless that is under way or done. Caller holds the monitor. */
    private void prepareSpare() {
        if (!preparing) {
            preparing = true;
            background.execute(this::fillSpare);
        }
    }

    private void fillSpare() {
        Path draft = directory.resolve(DRAFT);
        Path spare = directory.resolve(SPARE);
        try {
            reserve.keep();
            if (!Files.exists(spare) && reserve.hasRoomBeside()) {
                SpaceReserve.writeZeros(draft, options.segmentBytes());
                synchronized (this) {
                    Files.move(draft, spare, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            LOG.warn("no spare journal segment, syncs will be slower: {}", e.toString());
            try {
                Files.deleteIfExists(draft);
            } catch (IOException unlinkFailure) {
                LOG.warn("cannot remove {}: {}", draft, unlinkFailure.toString());
            }
        } finally {
            synchronized (this) {
                preparing = false;
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        IOException problem = null;
        while (!segments.isEmpty()) {
            try {
                segments.removeFirst().close();
            } catch (IOException e) {
                problem = e;
            }
        }
        if (problem != null) {
            throw problem;
        }
    }
}
