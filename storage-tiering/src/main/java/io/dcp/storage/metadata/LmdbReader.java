package io.dcp.storage.metadata;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.GetOp;
import org.lmdbjava.Txn;

/** A read transaction of the base store with its buffers, for one thread at a time. */
final class LmdbReader {
    private final Dbi<ByteBuffer> data;
    private final Txn<ByteBuffer> txn;
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(MetadataStore.MAX_KEY_BYTES);
    private final CRC32C crc = new CRC32C();
    private int generation;
    private boolean active = true;

    LmdbReader(Env<ByteBuffer> env, Dbi<ByteBuffer> data, int generation) {
        this.data = data;
        this.txn = env.txnRead();
        this.generation = generation;
    }

    /** Makes sure that what was applied up to a generation is seen. */
    void refresh(int wanted) {
        if (generation != wanted || !active) {
            rest();
            txn.renew();
            active = true;
            generation = wanted;
        }
    }

    /** Lets go of the snapshot if it is older than a generation, so that its pages can be used again. */
    void restIfOlderThan(int wanted) {
        if (generation != wanted) {
            rest();
        }
    }

    private void rest() {
        if (active) {
            txn.reset();
            active = false;
        }
    }

    /** The value of a key, or null. */
    byte[] get(byte[] key) {
        keyBuffer.clear().put(key).flip();
        ByteBuffer found = data.get(txn, keyBuffer);
        return found == null ? null : checked(key, found);
    }

    /** Visits a range in order; tells whether its end was reached rather than the visitor satisfied. */
    boolean range(byte[] from, boolean inclusive, byte[] to, LmdbBase.EntryVisitor visitor) {
        try (Cursor<ByteBuffer> cursor = data.openCursor(txn)) {
            boolean found;
            if (from.length == 0) {
                found = cursor.first();
            } else {
                keyBuffer.clear().put(from).flip();
                found = cursor.get(keyBuffer, GetOp.MDB_SET_RANGE);
            }
            while (found) {
                byte[] key = copy(cursor.key());
                if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
                    return true;
                }
                if ((inclusive || !Arrays.equals(key, from)) && !visitor.visit(key, checked(key, cursor.val()))) {
                    return false;
                }
                found = cursor.next();
            }
            return true;
        }
    }

    void close() {
        txn.close();
    }

    private byte[] checked(byte[] key, ByteBuffer stored) {
        int valueBytes = stored.remaining() - LmdbBase.CRC_BYTES;
        if (valueBytes >= 0) {
            byte[] value = new byte[valueBytes];
            stored.get(value);
            int expected = stored.order(ByteOrder.LITTLE_ENDIAN).getInt();
            if (LmdbBase.checksum(crc, key, value) == expected) {
                return value;
            }
        }
        throw new UncheckedIOException(new MetadataCorruptException(
                "an entry of the base store is damaged: key=" + HexFormat.of().formatHex(key)));
    }

    private static byte[] copy(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
