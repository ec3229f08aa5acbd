package io.dcp.storage.metadata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The form of one batch in a journal segment. Everything is little endian; a record starts at a multiple of 8.
 *
 * <pre>
 *   0        4        8                 16                24        28
 *   +--------+--------+-----------------+-----------------+---------+----------------------+-----+------+
 *   | length | crc32c |    sequence     | synced sequence | changes | changes one by one   | 0…  | 0xA5 |
 *   +--------+--------+-----------------+-----------------+---------+----------------------+-----+------+
 *   change:  u16 key length, i32 value length (-1: removal), key, value
 * </pre>
 *
 * <p>The length covers the whole record and is a multiple of 8. The checksum covers the whole record with the
 * store's secret salt in its own place, so that no content of a value can be taken for a record. The synced sequence is
 * the last one known to be durable when the record was written: a record that is missing before it was damaged, one
 * after it may have been lost with the power. The end mark tells a record that was written completely and then damaged
 * from one whose writing was cut short.
 */
final class JournalRecord {
    static final int ALIGNMENT = 8;
    static final int HEADER_BYTES = 28;
    static final int MIN_BYTES = 32;
    private static final int CRC_AT = 4;
    private static final int SEQUENCE_AT = 8;
    private static final int SYNCED_AT = 16;
    private static final int CHANGES_AT = 24;
    private static final int CHANGE_HEADER_BYTES = 6;
    private static final byte END_MARK = (byte) 0xA5;

    static final VarHandle SHORT = view(short[].class);
    static final VarHandle INT = view(int[].class);
    static final VarHandle LONG = view(long[].class);

    private JournalRecord() {}

    private static VarHandle view(Class<?> arrayType) {
        return MethodHandles.byteArrayViewVarHandle(arrayType, ByteOrder.LITTLE_ENDIAN);
    }

    /** Length of the record of a batch. */
    static int lengthOf(WriteBatch batch) {
        int length = Math.addExact(HEADER_BYTES + 1 + batch.size() * CHANGE_HEADER_BYTES, batch.contentBytes());
        return Math.addExact(length, ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Writes the record of a batch to the beginning of an array that has room for its length. */
    static void encode(WriteBatch batch, int length, long sequence, long synced, int salt, CRC32C crc, byte[] into) {
        INT.set(into, 0, length);
        INT.set(into, CRC_AT, salt);
        LONG.set(into, SEQUENCE_AT, sequence);
        LONG.set(into, SYNCED_AT, synced);
        int size = batch.size();
        INT.set(into, CHANGES_AT, size);
        int at = HEADER_BYTES;
        for (int i = 0; i < size; i++) {
            byte[] key = batch.key(i);
            byte[] value = batch.value(i);
            SHORT.set(into, at, (short) key.length);
            INT.set(into, at + 2, value == null ? -1 : value.length);
            at += CHANGE_HEADER_BYTES;
            System.arraycopy(key, 0, into, at, key.length);
            at += key.length;
            if (value != null) {
                System.arraycopy(value, 0, into, at, value.length);
                at += value.length;
            }
        }
        Arrays.fill(into, at, length - 1, (byte) 0);
        into[length - 1] = END_MARK;
        crc.reset();
        crc.update(into, 0, length);
        INT.set(into, CRC_AT, (int) crc.getValue());
    }

    /** The length that the bytes at an offset claim, or 0 if no record can have it there. */
    static int plausibleLength(byte[] data, int at, int limit) {
        if (limit - at < MIN_BYTES) {
            return 0;
        }
        int length = (int) INT.get(data, at);
        return length < MIN_BYTES || length % ALIGNMENT != 0 || length > limit - at ? 0 : length;
    }

    /**
     * Whether the bytes from an offset on are the beginning of a record whose writing ended early, with zeros or nothing
     * behind: less than its length, or the length and a part of it without the end mark.
     */
    static boolean isCutShort(byte[] data, int at) {
        if (SegmentHeader.isZero(data, Math.min(at + Integer.BYTES, data.length), data.length)) {
            return true;
        }
        int length = (int) INT.get(data, at);
        if (length < MIN_BYTES || length % ALIGNMENT != 0) {
            return false;
        }
        return length > data.length - at
                || (data[at + length - 1] != END_MARK && SegmentHeader.isZero(data, at + length, data.length));
    }

    /** Whether a record that is plausible at an offset is whole. Leaves the data as it was. */
    static boolean isWhole(byte[] data, int at, int length, int salt, CRC32C crc) {
        int stored = (int) INT.get(data, at + CRC_AT);
        INT.set(data, at + CRC_AT, salt);
        crc.reset();
        crc.update(data, at, length);
        INT.set(data, at + CRC_AT, stored);
        return (int) crc.getValue() == stored;
    }

    static long sequence(byte[] data, int at) {
        return (long) LONG.get(data, at + SEQUENCE_AT);
    }

    static long synced(byte[] data, int at) {
        return (long) LONG.get(data, at + SYNCED_AT);
    }

    /**
     * Reads the changes of a whole record.
     *
     * @throws IndexOutOfBoundsException or IllegalArgumentException if they do not fit the record, which its
     *     checksum makes a fault of the writer
     */
    static WriteBatch decode(byte[] data, int at) {
        WriteBatch batch = new WriteBatch();
        int changes = (int) INT.get(data, at + CHANGES_AT);
        int from = at + HEADER_BYTES;
        for (int i = 0; i < changes; i++) {
            int keyBytes = Short.toUnsignedInt((short) SHORT.get(data, from));
            int valueBytes = (int) INT.get(data, from + 2);
            from += CHANGE_HEADER_BYTES;
            byte[] key = Arrays.copyOfRange(data, from, from + keyBytes);
            from += keyBytes;
            if (valueBytes < 0) {
                batch.delete(key);
            } else {
                batch.put(key, Arrays.copyOfRange(data, from, from + valueBytes));
                from += valueBytes;
            }
        }
        return batch;
    }
}
