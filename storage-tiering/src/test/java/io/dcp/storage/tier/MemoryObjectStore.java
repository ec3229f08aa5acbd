package io.dcp.storage.tier;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** An {@link ObjectStore} in memory, for tests of what stands on one. */
public final class MemoryObjectStore implements ObjectStore {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Stored(byte[] data, String etag) {}

    private final ConcurrentSkipListMap<String, Stored> objects = new ConcurrentSkipListMap<>();
    private long versions;

    @Override
    public void ensureReady() {}

    @Override
    public synchronized void put(String key, ByteBuffer data) {
        store(key, data);
    }

    @Override
    public synchronized boolean putIfAbsent(String key, ByteBuffer data) {
        if (objects.containsKey(key)) {
            return false;
        }
        store(key, data);
        return true;
    }

    @Override
    public synchronized String putIfMatch(String key, String etag, ByteBuffer data) {
        Stored before = objects.get(key);
        return before == null || !before.etag.equals(etag) ? null : store(key, data);
    }

    @Override
    public int get(String key, ByteBuffer into) {
        Stored stored = objects.get(key);
        if (stored == null) {
            throw new NoSuchObject("no such object: key=" + key, null);
        }
        if (stored.data.length > into.remaining()) {
            throw new BufferOverflowException();
        }
        into.put(stored.data);
        return stored.data.length;
    }

    @Override
    public void delete(String key) {
        objects.remove(key);
    }

    @Override
    public void list(String prefix, ListVisitor visitor) {
        for (var entry : new TreeMap<>(objects.tailMap(prefix)).entrySet()) {
            if (!entry.getKey().startsWith(prefix) || !visitor.visit(info(entry.getKey(), entry.getValue()))) {
                return;
            }
        }
    }

    @Override
    public ObjectInfo head(String key) {
        Stored stored = objects.get(key);
        return stored == null ? null : info(key, stored);
    }

    @Override
    public void close() {}

    private String store(String key, ByteBuffer data) {
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        String etag = "v" + ++versions;
        objects.put(key, new Stored(copy, etag));
        return etag;
    }

    private static ObjectInfo info(String key, Stored stored) {
        return new ObjectInfo(key, stored.data.length, stored.etag);
    }
}
