package io.dcp.oss.config;

import java.time.Duration;

/**
 * How contents travel to the object store.
 *
 * @param dirtyBytes how much may wait to be uploaded before writers wait
 * @param delay how long a file is left alone after its last change before it is uploaded
 * @param chunkBytes the length of a chunk, a power of two
 */
public record WriteBackConfig(long dirtyBytes, Duration delay, int chunkBytes) {
    static WriteBackConfig of(Settings settings) throws BadSettingException {
        int chunkBytes = (int) settings.bytes("DCP_CHUNK_BYTES", 4 << 20, 64 << 10, 64 << 20);
        if (Integer.bitCount(chunkBytes) != 1) {
            throw settings.bad("DCP_CHUNK_BYTES", "not a power of two");
        }
        return new WriteBackConfig(
                settings.bytes("DCP_DIRTY_BYTES", 1L << 30, 1 << 20, 1L << 50),
                Duration.ofMillis(settings.count("DCP_WRITE_BACK_DELAY_MS", 1_000, 0, 3_600_000)),
                chunkBytes);
    }
}
