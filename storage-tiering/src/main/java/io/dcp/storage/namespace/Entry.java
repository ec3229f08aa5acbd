package io.dcp.storage.namespace;

import io.dcp.ipc.kernel.Stat;
import java.nio.ByteBuffer;

/**
 * One name in a directory.
 *
 * @param ino what it names
 * @param type {@code DT_*}
 * @param slot its place in the directory's listing: rises with each entry ever made there, so that a listing that is
 *     continued from a slot neither repeats nor misses an entry that stayed
 * @param mirrorGeneration the generation of the mirror on which this name exists; 0 for none
 */
public record Entry(long ino, int type, long slot, int mirrorGeneration) {
    /** {@code DT_DIR}. */
    public static final int DIRECTORY = 4;

    private static final int BYTES = 8 + 1 + 8 + 4;

    /** The {@code d_type} of a mode: Linux defines it as the type bits, shifted. */
    public static int typeOf(int mode) {
        return (mode & Stat.S_IFMT) >> 12;
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putLong(ino)
                .put((byte) type)
                .putLong(slot)
                .putInt(mirrorGeneration)
                .array();
    }

    static Entry decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Entry(in.getLong(), in.get(), in.getLong(), in.getInt());
    }
}
