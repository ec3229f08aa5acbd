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
 * @param sweeping whether what an older mirror held is still being removed from its directory
 */
record Volume(
        long idHigh,
        long idLow,
        long inodesReserved,
        long slotsReserved,
        int mirrorGeneration,
        boolean cold,
        boolean sweeping) {
    private static final int FORMAT = 1;
    private static final int BYTES = 4 + 8 * 4 + 4 + 1;
    private static final int COLD = 1;
    private static final int SWEEPING = 2;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(FORMAT)
                .putLong(idHigh)
                .putLong(idLow)
                .putLong(inodesReserved)
                .putLong(slotsReserved)
                .putInt(mirrorGeneration)
                .put((byte) ((cold ? COLD : 0) | (sweeping ? SWEEPING : 0)))
                .array();
    }

    /** Reads a record; throws IllegalStateException for a format that this version does not know. */
    static Volume decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int format = in.getInt();
        if (format != FORMAT) {
            throw new IllegalStateException("volume of an unknown format: format=" + format);
        }
        long high = in.getLong();
        long low = in.getLong();
        long inodes = in.getLong();
        long slots = in.getLong();
        int generation = in.getInt();
        byte flags = in.get();
        return new Volume(high, low, inodes, slots, generation, (flags & COLD) != 0, (flags & SWEEPING) != 0);
    }

    Volume withReserved(long inodes, long slots) {
        return new Volume(idHigh, idLow, inodes, slots, mirrorGeneration, cold, sweeping);
    }

    Volume withNewMirror(boolean isCold, boolean isSweeping) {
        return new Volume(idHigh, idLow, inodesReserved, slotsReserved, mirrorGeneration + 1, isCold, isSweeping);
    }

    Volume withCold() {
        return new Volume(idHigh, idLow, inodesReserved, slotsReserved, mirrorGeneration, true, sweeping);
    }

    Volume swept() {
        return new Volume(idHigh, idLow, inodesReserved, slotsReserved, mirrorGeneration, cold, false);
    }

    /** The {@code st_dev} that the tree shows: of the anonymous major number, above what the kernel gives away. */
    long device() {
        return Stat.makeDevice(0, 0x80000 | (int) (idLow & 0x7ffff));
    }
}
