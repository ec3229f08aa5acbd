package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How a {@link JournaledStore} uses memory and disk.
 *
 * @param segmentBytes size to which a journal segment is preallocated; a larger record still fits
 * @param checkpointBytes estimated heap bytes of uncheckpointed entries that start a checkpoint; up to three times as
 *     much (and a second table that is being applied) may be held while checkpoints lag behind
 * @param mapBytes upper bound of the base store; address space only, the file grows with its content
 * @param bootId names the boot of the machine: a journal of the same boot cannot have lost unsynced writes
 */
public record StoreOptions(int segmentBytes, long checkpointBytes, long mapBytes, String bootId) {
    static final int DEFAULT_SEGMENT_BYTES = 8 << 20;
    static final long DEFAULT_CHECKPOINT_BYTES = 8 << 20;
    static final long DEFAULT_MAP_BYTES = 64L << 30;

    /** Checks ranges. */
    public StoreOptions {
        if (segmentBytes < 4096 || checkpointBytes < 1 || mapBytes < (1 << 20)) {
            throw new IllegalArgumentException("store options out of range: segmentBytes=" + segmentBytes
                    + " checkpointBytes=" + checkpointBytes + " mapBytes=" + mapBytes);
        }
    }

    /**
     * The values for an instance's own store.
     *
     * @throws IOException if the kernel does not tell its boot id
     */
    public static StoreOptions defaults() throws IOException {
        return ofBoot(
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
    }

    /** The values for an instance's own store, with another name of the machine's boot. */
    public static StoreOptions ofBoot(String bootId) {
        return new StoreOptions(DEFAULT_SEGMENT_BYTES, DEFAULT_CHECKPOINT_BYTES, DEFAULT_MAP_BYTES, bootId);
    }
}
