package io.dcp.storage.tier;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/**
 * Buffers of one chunk each, a bounded number of them, made when first needed and kept. Small requests are served by the
 * heap and not counted.
 */
final class ChunkBuffers {
    private static final int SMALL_BYTES = 64 << 10;

    private final int chunkBytes;
    private final Semaphore free;
    private final ConcurrentLinkedDeque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();

    ChunkBuffers(int chunkBytes, int count) {
        this.chunkBytes = chunkBytes;
        this.free = new Semaphore(count);
    }

    /** A cleared buffer with the limit at a length, at most that of a chunk; waits until one is free. */
    ByteBuffer take(int lengthBytes) {
        if (isSmall(lengthBytes)) {
            return ByteBuffer.allocate(lengthBytes);
        }
        free.acquireUninterruptibly();
        ByteBuffer buffer = idle.pollFirst();
        if (buffer == null) {
            try {
                buffer = ByteBuffer.allocateDirect(chunkBytes);
            } finally {
                if (buffer == null) {
                    free.release();
                }
            }
        }
        return buffer.clear().limit(lengthBytes);
    }

    /** Takes back a buffer that {@link #take} gave out. */
    void giveBack(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            idle.addFirst(buffer);
            free.release();
        }
    }

    private boolean isSmall(int lengthBytes) {
        return lengthBytes <= SMALL_BYTES;
    }
}
