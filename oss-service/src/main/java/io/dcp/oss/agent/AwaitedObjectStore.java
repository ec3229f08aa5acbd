package io.dcp.oss.agent;

import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An object store that is still being opened: each call waits for it first. By this the tree serves what is on the
 * mirror half a second before the embedded store is up, which counts when an agent takes another's place.
 */
final class AwaitedObjectStore implements ObjectStore {
    private final Startup.ComingObjectStore coming;
    private volatile ObjectStorePart arrived;

    AwaitedObjectStore(Startup.ComingObjectStore coming) {
        this.coming = coming;
    }

    @Override
    public void ensureReady() {
        store().ensureReady();
    }

    @Override
    public void put(String key, ByteBuffer data) {
        store().put(key, data);
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer data) {
        return store().putIfAbsent(key, data);
    }

    @Override
    public String putIfMatch(String key, String etag, ByteBuffer data) {
        return store().putIfMatch(key, etag, data);
    }

    @Override
    public int get(String key, ByteBuffer into) {
        return store().get(key, into);
    }

    @Override
    public void delete(String key) {
        store().delete(key);
    }

    @Override
    public void list(String prefix, ListVisitor visitor) {
        store().list(prefix, visitor);
    }

    @Override
    public ObjectInfo head(String key) {
        return store().head(key);
    }

    @Override
    public void sync() {
        try {
            part().sync();
        } catch (IOException e) {
            throw new ObjectStoreUnavailable(e.getMessage(), e);
        }
    }

    /** Does nothing: whoever opens the store closes it. */
    @Override
    public void close() {}

    private ObjectStore store() {
        return part().store();
    }

    private ObjectStorePart part() {
        ObjectStorePart part = arrived;
        if (part == null) {
            try {
                part = coming.await();
            } catch (StartRefusedException e) {
                throw new ObjectStoreUnavailable(e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ObjectStoreUnavailable("interrupted while waiting for the object store", e);
            }
            arrived = part;
        }
        return part;
    }
}
