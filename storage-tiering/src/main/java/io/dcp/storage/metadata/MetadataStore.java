package io.dcp.storage.metadata;

import java.io.IOException;

/**
 * An ordered map from byte keys to byte values, changed by atomic batches that survive the death of the process.
 *
 * <p>Keys are ordered as unsigned bytes, a prefix before what it begins. A key has 1 to 511 bytes (LMDB's
 * bound), a value 0 to 16 MiB. Arrays that a caller hands in belong to the store afterwards, and arrays that the
 * store hands out are its own: nobody may change them.
 *
 * <p>All methods may be called from any thread. Reads see every commit that has returned, and may see one that is
 * about to return. A batch is atomic against crashes, not against a concurrent reader: who needs several keys to agree
 * locks around reads and commits himself.
 */
public interface MetadataStore extends AutoCloseable {

    /** Longest key, in bytes. */
    int MAX_KEY_BYTES = 511;

    /** Longest value, in bytes. */
    int MAX_VALUE_BYTES = 16 << 20;

    /** Receives the entries of a scan in key order. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes one entry. May call the store, also {@link MetadataStore#commit}.
         *
         * @return whether the scan shall go on
         */
        boolean visit(byte[] key, byte[] value);
    }

    /**
     * Finds a value.
     *
     * @return the value, or null if the key is absent
     * @throws java.io.UncheckedIOException if the store cannot be read
     * @throws IllegalStateException if the store is closed
     */
    byte[] get(byte[] key);

    /**
     * Visits the entries of a range in key order until the visitor has enough.
     *
     * <p>No snapshot: what is committed while the scan runs may or may not be seen, but an entry that stays
     * untouched for the whole scan is seen exactly once.
     *
     * @param fromInclusive first key of the range; empty for the beginning
     * @param toExclusive the key that ends the range, or null for the end of the store
     * @throws java.io.UncheckedIOException if the store cannot be read
     * @throws IllegalStateException if the store is closed
     */
    void scan(byte[] fromInclusive, byte[] toExclusive, Visitor visitor);

    /**
     * Applies a batch atomically, in its order. When this returns, the change survives the death of the process at any
     * instant, but not the loss of power: see {@link #sync()}.
     *
     * @return the sequence number of the batch: one more than that of the commit before; for an empty batch, which
     *     changes nothing, that of the last commit
     * @throws IOException if the change could not be recorded (the disk is full, say): then nothing has changed, and
     *     later commits may succeed
     * @throws IllegalStateException if the store is closed
     */
    long commit(WriteBatch batch) throws IOException;

    /**
     * Makes every commit that has returned durable against the loss of power. Callers that meet share one operation of
     * the disk.
     *
     * @throws IOException if durability could not be reached. The store then refuses commits and syncs until it is
     *     opened again, because the kernel may have dropped what it could not write.
     * @throws IllegalStateException if the store is closed
     */
    void sync() throws IOException;

    /**
     * Moves what has been committed from the journal into the base store and frees the journal's space. Commits go on
     * meanwhile. Returns when it is done.
     *
     * @throws IOException if the base store could not be written; nothing is lost, the journal stays
     * @throws IllegalStateException if the store is closed
     */
    void checkpoint() throws IOException;

    /**
     * Checkpoints and closes the store; a second call does nothing. If the checkpoint fails, the files are closed all
     * the same, and the next opening replays the journal.
     *
     * @throws IOException if the last checkpoint failed; nothing is lost
     */
    @Override
    void close() throws IOException;
}
