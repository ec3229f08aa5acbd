package io.dcp.storage.mirror;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The page that programs map read-only. The spawner makes it and writes the head; the agent writes the rest.
 *
 * <pre>
 *   0  u64 magic           8  u32 layout version    12 u32 agent threads
 *  16  u32 throttle       20  u32 cold tree
 *  24  u64 tree device    32  u64 mirror device     40 u64 mirror mount id
 *  48  u64 steps of a start   56 u32 identities are told
 * </pre>
 *
 * Behind the page, in the same file, are the {@link Identities}.
 */
final class Region {
    private static final int THROTTLE = 16;
    private static final int COLD_TREE = 20;
    private static final int TREE_DEVICE = 24;
    private static final int MIRROR_DEVICE = 32;
    private static final int MIRROR_MOUNT_ID = 40;
    private static final int START_STEPS = 48;
    private static final int IDENTITIES_TOLD = 56;
    static final int PAGE_BYTES = 4096;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer page;

    Region(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            page = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES);
        }
    }

    void publish(long treeDevice, long mirrorDevice, long mountId) {
        LONG.setVolatile(page, TREE_DEVICE, treeDevice);
        LONG.setVolatile(page, MIRROR_DEVICE, mirrorDevice);
        LONG.setVolatile(page, MIRROR_MOUNT_ID, mountId);
    }

    /** Tells those who wait for the start that it goes on, though it takes long. */
    void stepOfStart() {
        LONG.getAndAdd(page, START_STEPS, 1L);
    }

    /** While true, programs ask for room before they write. */
    void throttle(boolean on) {
        INT.setVolatile(page, THROTTLE, on ? 1 : 0);
    }

    boolean throttles() {
        return (int) INT.getVolatile(page, THROTTLE) != 0;
    }

    /** While true, programs ask before they use a path natively. */
    void cold(boolean on) {
        INT.setVolatile(page, COLD_TREE, on ? 1 : 0);
    }

    /** While true, programs use the {@link Identities}. */
    void tellIdentities(boolean on) {
        INT.setVolatile(page, IDENTITIES_TOLD, on ? 1 : 0);
    }
}
