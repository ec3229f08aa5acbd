package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Name;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Remembers which names are being changed on the mirror, so that an agent that starts after a kill can look at them. The
 * file is mapped: what was stored survives the process, at the price of a copy to memory.
 *
 * <pre>
 *   a slot, 1,024 bytes:
 *   0 u32 armed   4 u32 names (1 or 2), 16 added if a new file is made   8 u64 session   16 u64 request
 *   24 u64 directory   32 u32 length   36 name, 255 bytes at most
 *   512 the second name in the same form
 * </pre>
 */
final class IntentSlots {
    private static final int SLOTS = 256;
    private static final int SLOT_BYTES = 1024;
    private static final int SECOND = 512 - 24;
    private static final int NEW_FILE = 16;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final MappedByteBuffer file;
    private final ArrayBlockingQueue<Integer> free = new ArrayBlockingQueue<>(SLOTS);
    private final ConcurrentLinkedQueue<Integer> kept = new ConcurrentLinkedQueue<>();

    /**
     * What was being done when the agent was killed.
     *
     * @param newFile whether the name is to be that of a new file
     */
    record Intent(List<Name> names, boolean newFile, long session, long requestId) {}

    IntentSlots(Path path) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() < SLOTS * SLOT_BYTES) {
                // Written, not only extended: a full disk must show here and not as SIGBUS later.
                channel.write(ByteBuffer.allocate(SLOTS * SLOT_BYTES), 0);
            }
            file = channel.map(FileChannel.MapMode.READ_WRITE, 0, SLOTS * SLOT_BYTES);
            file.order(ByteOrder.LITTLE_ENDIAN);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            free.add(slot);
        }
    }

    /** What a killed agent left, to be called before anything is armed; {@link #forgetAll} ends it. */
    List<Intent> left() {
        List<Intent> intents = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            if ((int) INT.getVolatile(file, slot * SLOT_BYTES) == 1) {
                intents.add(read(slot));
            }
        }
        return intents;
    }

    private Intent read(int slot) {
        int at = slot * SLOT_BYTES;
        List<Name> names = new ArrayList<>(2);
        names.add(readName(at));
        int kind = file.getInt(at + 4);
        if ((kind & ~NEW_FILE) == 2) {
            names.add(readName(at + SECOND));
        }
        return new Intent(names, (kind & NEW_FILE) != 0, file.getLong(at + 8), file.getLong(at + 16));
    }

    void forgetAll() {
        for (int slot = 0; slot < SLOTS; slot++) {
            INT.setRelease(file, slot * SLOT_BYTES, 0);
        }
    }

    /** Remembers that these names are about to be changed; returns the slot for {@link #disarm}. */
    int arm(long session, long requestId, Name first, Name secondOrNull, boolean newFile) {
        int slot;
        try {
            slot = free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an intent slot", e);
        }
        int at = slot * SLOT_BYTES;
        file.putInt(at + 4, (secondOrNull == null ? 1 : 2) | (newFile ? NEW_FILE : 0));
        file.putLong(at + 8, session);
        file.putLong(at + 16, requestId);
        write(at, first);
        if (secondOrNull != null) {
            write(at + SECOND, secondOrNull);
        }
        INT.setRelease(file, at, 1);
        return slot;
    }

    void disarm(int slot) {
        INT.setRelease(file, slot * SLOT_BYTES, 0);
        free.add(slot);
    }

    /** Instead of {@link #disarm}: the kernel has made the change, but it could not be recorded. */
    void keep(int slot) {
        kept.add(slot);
    }

    /** Tries to record what was {@link #keep kept}; what cannot be recorded now stays. */
    void retryKept(Retry retry) throws IOException {
        for (Integer slot; (slot = kept.poll()) != null; ) {
            boolean done = false;
            try {
                retry.record(read(slot));
                done = true;
            } finally {
                if (done) {
                    disarm(slot);
                } else {
                    kept.add(slot);
                }
            }
        }
    }

    boolean hasKept() {
        return !kept.isEmpty();
    }

    /** Records what the mirror shows of an intent's names. */
    @FunctionalInterface
    interface Retry {
        void record(Intent intent) throws IOException;
    }

    private void write(int at, Name name) {
        file.putLong(at + 24, name.directory());
        file.putInt(at + 32, name.bytes().length);
        file.put(at + 36, name.bytes());
    }

    private Name readName(int at) {
        byte[] bytes = new byte[Math.min(255, Math.max(0, file.getInt(at + 32)))];
        file.get(at + 36, bytes);
        return new Name(file.getLong(at + 24), bytes);
    }
}
