package io.dcp.storage.tier;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * A flat store of immutable-or-replaced objects under string keys, with the semantics of Amazon S3 (strongly consistent
 * since December 2020; conditional writes as documented under "Conditional requests").
 *
 * <p>All methods block, for a bounded time, and may be called from any thread. They throw:
 *
 * <ul>
 *   <li>{@link ObjectStoreUnavailable} when the store did not answer or asked for patience: trying again later is right;
 *   <li>{@link ObjectStoreRefused} when the store does not accept our credentials or the request: trying again is not;
 *   <li>{@link NoSuchObject} when an object that must exist does not.
 * </ul>
 *
 * <p>Data goes out from a buffer's position to its limit, which are left as they were; data that comes in advances the
 * position. Heap and direct buffers are both fine.
 */
public interface ObjectStore extends AutoCloseable {

    /** What the store says about an object. */
    record ObjectInfo(String key, long sizeBytes, String etag) {}

    /** Receives the objects of a listing in the order of their keys' UTF-8 bytes. */
    @FunctionalInterface
    interface ListVisitor {
        /**
         * Takes one object.
         *
         * @return whether the listing shall go on
         */
        boolean visit(ObjectInfo object);
    }

    /** Makes sure that the place where objects go (the bucket) exists and accepts our credentials. */
    void ensureReady();

    /** Writes an object, over one that is there. */
    void put(String key, ByteBuffer data);

    /**
     * Writes an object unless there is one. Exactly one of several concurrent callers gets true.
     *
     * @return whether this call wrote it
     */
    boolean putIfAbsent(String key, ByteBuffer data);

    /**
     * Writes an object over one that has the given entity tag. Exactly one of several concurrent callers that expect the
     * same tag succeeds.
     *
     * @param etag the tag that the caller saw by {@link #head}, {@link #list} or this method
     * @return the new tag, or null if the object is absent or has another tag
     */
    String putIfMatch(String key, String etag, ByteBuffer data);

    /**
     * Reads a whole object.
     *
     * @return its length in bytes, by which the buffer's position has advanced
     * @throws NoSuchObject if it is absent
     * @throws java.nio.BufferOverflowException if it is longer than the buffer has room; the buffer's content is then
     *     unspecified and its position unchanged
     */
    int get(String key, ByteBuffer into);

    /**
     * Reads a whole object like {@link #get(String, ByteBuffer)}, and feeds its bytes to a digest as they come, while they
     * are in the processor's cache.
     *
     * @param digest reset first; in any state after a failure
     */
    default int get(String key, ByteBuffer into, MessageDigest digest) {
        int start = into.position();
        int length = get(key, into);
        digest.reset();
        digest.update(into.duplicate().flip().position(start));
        return length;
    }

    /** Removes an object; it need not exist. */
    void delete(String key);

    /** Visits all objects whose key starts with the prefix, until the visitor has enough. */
    void list(String prefix, ListVisitor visitor);

    /**
     * Asks about an object.
     *
     * @return what is known, or null if it is absent
     */
    ObjectInfo head(String key);

    /**
     * Makes everything that was written durable against the loss of power. A store that does so before it answers has
     * nothing to do.
     *
     * @throws ObjectStoreUnavailable if that failed
     */
    default void sync() {}

    /** Releases connections and threads; calls in flight may fail. */
    @Override
    void close();
}
