package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Reads the journal that an earlier process left: first everything is looked at and nothing is changed, then {@link
 * #repair()} removes what is not needed.
 *
 * <p>Where a record should be and none is whole, the journal ends, if it can have ended there:
 *
 * <ul>
 *   <li>If the segment was written in this boot of the machine, the page cache was never lost. Then only the very last
 *       record can be incomplete, cut short by the death of its writer. Anything else is damage.
 *   <li>If the machine was booted since, writes that were not synced may be missing in any order, and what follows
 *       them is dropped with them. But if a later record says that the missing one had been synced, it is damage.
 *   <li>If the machine was booted since, records are also dropped that the {@link Witness} did not reach.
 * </ul>
 */
final class JournalReplay {

    /** Takes the batches of the journal in order. */
    @FunctionalInterface
    interface Consumer {
        void accept(WriteBatch batch, long sequence);
    }

    private final long base;
    private final int salt;
    private final String bootId;
    private final long reached;
    private final Consumer consumer;
    private final CRC32C crc = new CRC32C();
    private final List<Path> obsolete = new ArrayList<>();
    private final List<Path> survivors = new ArrayList<>();
    private Path cutFile;
    private long cutAt;
    private long next;
    private boolean powerLost;
    private long endOfLast;

    private JournalReplay(long base, int salt, String bootId, long reached, Consumer consumer) {
        this.base = base;
        this.salt = salt;
        this.bootId = bootId;
        this.reached = Math.max(base, reached);
        this.consumer = consumer;
    }

    /**
     * Reads all segments of a directory and hands on the batches that the base store lacks. Changes no file.
     *
     * @param base sequence of the last batch that the base store has
     * @param reached sequence of the last batch that counts if the machine was booted since
     * @throws MetadataCorruptException if acknowledged batches are missing or damaged
     */
    static JournalReplay read(Path directory, long base, int salt, String bootId, long reached, Consumer consumer)
            throws IOException {
        JournalReplay replay = new JournalReplay(base, salt, bootId, reached, consumer);
        replay.readSegments(segments(directory));
        return replay;
    }

    /** Sequence of the last batch that is there, in the journal or in the base store. */
    long last() {
        return Math.max(base, next - 1);
    }

    /** Whether a part of the journal was written in another boot of the machine. */
    boolean powerLost() {
        return powerLost;
    }

    /** The segments whose batches were handed on, the oldest first. */
    List<Path> survivors() {
        return survivors;
    }

    /** Where the next record may follow in the last of the survivors; 0 if it may not: another boot, or torn. */
    long endOfLast() {
        return endOfLast;
    }

    /** Removes what is not needed: segments that the base store covers, the torn end, and what was lost with it. */
    void repair() throws IOException {
        if (cutFile != null) {
            try (FileChannel channel = FileChannel.open(cutFile, StandardOpenOption.WRITE)) {
                channel.truncate(cutAt);
                channel.force(true);
            }
        }
        Path directory = null;
        for (Path file : obsolete) {
            Files.deleteIfExists(file);
            directory = file.toAbsolutePath().getParent();
        }
        if (directory != null) {
            Directory.force(directory);
        }
    }

    private static NavigableMap<Long, Path> segments(Path directory) throws IOException {
        NavigableMap<Long, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                long first = SegmentHeader.firstSequenceOf(file);
                if (first >= 0) {
                    found.put(first, file);
                }
            }
        }
        return found;
    }

    private void readSegments(NavigableMap<Long, Path> segments) throws IOException {
        Long begin = segments.floorKey(base + 1);
        if (begin == null) {
            if (!segments.isEmpty()) {
                throw new MetadataCorruptException("the journal begins too late: file="
                        + segments.firstEntry().getValue() + " expected=" + (base + 1));
            }
            next = base + 1;
            return;
        }
        obsolete.addAll(segments.headMap(begin).values());
        next = begin;
        List<Path> files = new ArrayList<>(segments.tailMap(begin).values());
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            byte[] data = Files.readAllBytes(file);
            SegmentHeader header = SegmentHeader.decode(data, file);
            boolean sameBoot = header != null && header.bootId().equals(bootId);
            powerLost |= !sameBoot;
            int end = header == null ? 0 : readRecords(data, sameBoot ? Long.MAX_VALUE : reached);
            boolean isLast = i == files.size() - 1;
            boolean zerosFollow = header != null && SegmentHeader.isZero(data, end, data.length);
            boolean complete = isLast ? zerosFollow : SegmentHeader.firstSequenceOf(files.get(i + 1)) == next;
            if (end > SegmentHeader.BYTES) {
                survivors.add(file);
                endOfLast = sameBoot && zerosFollow ? end : 0;
            } else {
                obsolete.add(file);
            }
            if (!complete) {
                endAt(file, data, end, files.subList(i + 1, files.size()), sameBoot);
                return;
            }
        }
    }

    /** Hands on records from the header to the first that is not whole, or does not count; returns where that is. */
    private int readRecords(byte[] data, long mostSequence) {
        int at = SegmentHeader.BYTES;
        while (true) {
            int length = JournalRecord.plausibleLength(data, at, data.length);
            if (length == 0
                    || !JournalRecord.isWhole(data, at, length, salt, crc)
                    || JournalRecord.sequence(data, at) != next
                    || next > mostSequence) {
                return at;
            }
            if (next > base) {
                consumer.accept(JournalRecord.decode(data, at), next);
            }
            next++;
            at += length;
        }
    }

    /** Decides whether the journal can have ended where no whole record is, and notes what is to be cut off. */
    private void endAt(Path file, byte[] data, int end, List<Path> later, boolean sameBoot) throws IOException {
        String place = "file=" + file + " offset=" + end + " sequence=" + next;
        if (sameBoot) {
            if (!later.isEmpty()) {
                throw new MetadataCorruptException("the journal has a gap: " + place);
            }
            if (!JournalRecord.isCutShort(data, end)) {
                throw new MetadataCorruptException("a record of the journal is damaged: " + place);
            }
        }
        refuseLater(data, Math.max(end, SegmentHeader.BYTES), sameBoot, place);
        for (Path laterFile : later) {
            refuseLater(Files.readAllBytes(laterFile), SegmentHeader.BYTES, sameBoot, place);
        }
        obsolete.addAll(later);
        if (end > SegmentHeader.BYTES) {
            cutFile = file;
            cutAt = end;
        }
    }

    private void refuseLater(byte[] data, int from, boolean sameBoot, String place) throws MetadataCorruptException {
        long missing = Math.max(next, base + 1);
        for (int at = from; at < data.length; at += JournalRecord.ALIGNMENT) {
            int length = JournalRecord.plausibleLength(data, at, data.length);
            if (length != 0
                    && JournalRecord.sequence(data, at) >= missing
                    && (sameBoot || JournalRecord.synced(data, at) >= missing)
                    && JournalRecord.isWhole(data, at, length, salt, crc)) {
                throw new MetadataCorruptException("records of the journal are missing or damaged: " + place);
            }
        }
    }
}
