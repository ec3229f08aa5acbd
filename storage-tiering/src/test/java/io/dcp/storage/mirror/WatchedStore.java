package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** A {@link MetadataStore} that refuses commits when a test says so, and those of a thread that acts for somebody else. */
final class WatchedStore implements MetadataStore {
    private final MetadataStore store;
    private final Kernel kernel = Kernel.system();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int syncs;

    WatchedStore(MetadataStore store) {
        this.store = store;
    }

    /** The next commits fail as on a full disk. */
    void refuse(int commits) {
        refused.set(commits);
    }

    /** How often the store was synced. */
    int syncs() {
        return syncs;
    }

    @Override
    public long commit(WriteBatch batch) throws IOException {
        if (kernel.setfsuid(-1) != kernel.geteuid()) {
            // It may have to make files and threads, which would be the caller's.
            throw new AssertionError("a commit under a caller's credentials");
        }
        if (refused.get() > 0) {
            refused.decrementAndGet();
            throw new IOException("No space left on device (the test says so)");
        }
        return store.commit(batch);
    }

    @Override
    public byte[] get(byte[] key) {
        return store.get(key);
    }

    @Override
    public void scan(byte[] fromInclusive, byte[] toExclusive, Visitor visitor) {
        store.scan(fromInclusive, toExclusive, visitor);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only write-back syncs while tests count
    public void sync() throws IOException {
        syncs++;
        store.sync();
    }

    @Override
    public void checkpoint() throws IOException {
        store.checkpoint();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
