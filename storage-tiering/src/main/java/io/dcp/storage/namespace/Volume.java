package io.dcp.storage.namespace;

import io.dcp.ipc.kernel.Stat;
import java.nio.ByteBuffer;

/**
 * What is true of the whole tree.
 *
 * @param idHigh a random number that tells this tree from every other, upper half
 * @param idLow its lower half
 * @param inodesReserved inode numbers below this one may have been given away
 * @param slotsReserved listing slots below this one may have been given away
 * @param mirrorGeneration counts the mirrors of this tree; what an older mirror held counts as absent
 * @param cold whether the mirror may lack names or contents that the tree has
 */
record Volume(long idHigh, long idLow, long inodesReserved, long slotsReserved, int mirrorGeneration, boolean cold) {
    private static final int FORMAT = 1;
    private static final int BYTES = 4 + 8 * 4 + 4 + 1;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(FORMAT)
                .putLong(idHigh)
                .putLong(idLow)
                .putLong(inodesReserved)
                .putLong(slotsReserved)
                .putInt(mirrorGeneration)
                .put((byte) (cold ? 1 : 0))
                .array();
    }

    /** Reads a record; throws IllegalStateException for a format that this version does not know. */
    static Volume decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int format = in.getInt();
        if (format != FORMAT) {
            throw new IllegalStateException("volume of an unknown format: format=" + format);
        }
        return new Volume(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.get() != 0);
    }

    Volume withReserved(long inodes, long slots) {
        return new Volume(idHigh, idLow, inodes, slots, mirrorGeneration, cold);
    }

    Volume withMirror(int generation, boolean isCold) {
        return new Volume(idHigh, idLow, inodesReserved, slotsReserved, generation, isCold);
    }

    /** The {@code st_dev} that the tree shows: of the anonymous major number, above what the kernel gives away. */
    long device() {
        return Stat.makeDevice(0, 0x80000 | (int) (idLow & 0x7ffff));
    }
}
