package io.dcp.storage.metadata;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that happen together or not at all, in the order in which they were added.
 *
 * <p>For one thread; may be used again after {@link #clear()}. Keys and values belong to the batch, and after {@link
 * MetadataStore#commit} to the store: do not change them.
 */
public final class WriteBatch {
    private final List<byte[]> keys = new ArrayList<>(8);
    private final List<byte[]> values = new ArrayList<>(8);
    private int bytes;

    /**
     * Adds the setting of a key.
     *
     * @throws IllegalArgumentException if the key or the value has a length that no store takes
     */
    public WriteBatch put(byte[] key, byte[] value) {
        if (value.length > MetadataStore.MAX_VALUE_BYTES) {
            throw new IllegalArgumentException("value too long: valueBytes=" + value.length);
        }
        add(key, value, value.length);
        return this;
    }

    /**
     * Adds the removal of a key, which need not exist.
     *
     * @throws IllegalArgumentException if the key has a length that no store takes
     */
    public WriteBatch delete(byte[] key) {
        add(key, null, 0);
        return this;
    }

    /** How many changes the batch has. */
    public int size() {
        return keys.size();
    }

    /** Whether there is nothing to change. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Whether something is removed: what was there may be forgotten even when there is no space for more. */
    boolean removes() {
        return values.contains(null);
    }

    /** Forgets all changes. */
    public void clear() {
        keys.clear();
        values.clear();
        bytes = 0;
    }

    byte[] key(int change) {
        return keys.get(change);
    }

    /** The value of a change, or null for a removal. */
    byte[] value(int change) {
        return values.get(change);
    }

    /** The sum of the lengths of all keys and values. */
    int contentBytes() {
        return bytes;
    }

    private void add(byte[] key, byte[] value, int valueBytes) {
        if (key.length == 0 || key.length > MetadataStore.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("key length not allowed: keyBytes=" + key.length);
        }
        bytes = Math.addExact(bytes, key.length + valueBytes);
        keys.add(key);
        values.add(value);
    }
}
