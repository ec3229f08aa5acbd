package io.dcp.oss.agent;

import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import java.nio.ByteBuffer;

/** An object store without objects, which can be away. */
final class FakeObjectStore implements ObjectStore {
    volatile boolean away;
    volatile boolean closed;

    @Override
    public void ensureReady() {
        head("");
    }

    @Override
    public ObjectInfo head(String key) {
        if (away) {
            throw new ObjectStoreUnavailable("nobody answers", null);
        }
        return null;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void put(String key, ByteBuffer data) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer data) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String putIfMatch(String key, String etag, ByteBuffer data) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int get(String key, ByteBuffer into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void list(String prefix, ListVisitor visitor) {
        throw new UnsupportedOperationException();
    }
}
