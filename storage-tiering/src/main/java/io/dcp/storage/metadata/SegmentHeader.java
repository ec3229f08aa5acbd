package io.dcp.storage.metadata;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The beginning of a journal segment, little endian.
 *
 * <pre>
 *   0          8           12       16               24              64          124       128
 *   +----------+-----------+--------+----------------+---------------+-----------+---------+
 *   | DCPWAL01 | version=1 |   0    | first sequence | boot id, 0…   | 0…        | crc32c  |
 *   +----------+-----------+--------+----------------+---------------+-----------+---------+
 * </pre>
 *
 * @param firstSequence sequence of the first record, which the file's name repeats
 * @param bootId the boot of the machine in which the segment was written
 */
record SegmentHeader(long firstSequence, String bootId) {
    static final int BYTES = 128;
    static final int VERSION = 1;
    private static final byte[] MAGIC = "DCPWAL01".getBytes(StandardCharsets.US_ASCII);
    private static final int BOOT_ID_AT = 24;
    private static final int BOOT_ID_BYTES = 40;
    private static final int CRC_AT = BYTES - 4;
    private static final Pattern NAME = Pattern.compile("journal-([0-9a-f]{16})\\.wal");

    static String fileName(long firstSequence) {
        return String.format("journal-%016x.wal", firstSequence);
    }

    /** The first sequence that a file's name tells, or -1 if it is not a segment's name. */
    static long firstSequenceOf(Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        return matcher.matches() ? Long.parseLong(matcher.group(1), 16) : -1;
    }

    byte[] encode() {
        byte[] bytes = new byte[BYTES];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        JournalRecord.INT.set(bytes, 8, VERSION);
        JournalRecord.LONG.set(bytes, 16, firstSequence);
        byte[] boot = bootId.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(boot, 0, bytes, BOOT_ID_AT, Math.min(boot.length, BOOT_ID_BYTES));
        JournalRecord.INT.set(bytes, CRC_AT, crc(bytes));
        return bytes;
    }

    /**
     * Reads the header of a segment.
     *
     * @return the header, or null if there is none: all zeros or cut short, as the loss of power may leave a segment
     * @throws MetadataCorruptException if there is another thing, or another version
     */
    static SegmentHeader decode(byte[] segment, Path file) throws MetadataCorruptException {
        if (segment.length < BYTES || isZero(segment, 0, BYTES)) {
            return null;
        }
        if (!Arrays.equals(segment, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new MetadataCorruptException("not a journal segment: file=" + file);
        }
        if ((int) JournalRecord.INT.get(segment, CRC_AT) != crc(segment)) {
            throw new MetadataCorruptException("header of journal segment is damaged: file=" + file);
        }
        int version = (int) JournalRecord.INT.get(segment, 8);
        if (version != VERSION) {
            throw new MetadataCorruptException(
                    "journal has another format: file=" + file + " version=" + version + " expected=" + VERSION);
        }
        long first = (long) JournalRecord.LONG.get(segment, 16);
        if (first != firstSequenceOf(file)) {
            throw new MetadataCorruptException("journal segment has another's name: file=" + file + " first=" + first);
        }
        String boot = new String(segment, BOOT_ID_AT, BOOT_ID_BYTES, StandardCharsets.US_ASCII).replace("\0", "");
        return new SegmentHeader(first, boot);
    }

    static boolean isZero(byte[] data, int from, int to) {
        for (int i = from; i < to; i++) {
            if (data[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_AT);
        return (int) crc.getValue();
    }
}
