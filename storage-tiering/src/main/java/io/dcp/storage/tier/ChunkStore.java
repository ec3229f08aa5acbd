package io.dcp.storage.tier;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Single chunks of files as objects: each version of a chunk has a key of its own, is written once, and is verified by
 * its SHA-256 whenever it is read.
 *
 * <p>Keys are {@code chunks/II/IIIIIIIIIIIIIIII.CCCCCCCC.UUUUUUUUUUUUUUUUNNNNNNNN}, all hexadecimal: the last byte of the
 * inode number (to spread the objects), the inode number, the index, a random number of this process, a counter.
 *
 * <p>All methods may be called from any thread. Beside what they say, they throw what {@link ObjectStore} throws.
 */
public final class ChunkStore {
    /** What all keys of chunks begin with. */
    public static final String PREFIX = "chunks/";

    private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(ChunkStore::newDigest);

    private static final Pattern KEY = Pattern.compile(PREFIX + "[0-9a-f]{2}/([0-9a-f]{16})\\.([0-9a-f]{8})\\.");

    private final ObjectStore objects;
    private final long process = new SecureRandom().nextLong();
    private final AtomicLong versions = new AtomicLong();

    /** Keeps chunks in the given store, which remains the caller's. */
    public ChunkStore(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * Stores the remaining bytes of a buffer, at least one, as a new version of a chunk. The buffer stays as it is.
     *
     * @return how to find them; nobody else knows them, so that the caller must keep or {@link #delete} them
     */
    public ChunkRef store(long ino, long index, ByteBuffer data) {
        return store(ino, index, data, sha256(data));
    }

    /** Stores bytes whose digest is known. */
    ChunkRef store(long ino, long index, ByteBuffer data, byte[] sha256) {
        ChunkRef ref = new ChunkRef(index, newKey(ino, index), data.remaining(), sha256);
        objects.put(ref.key(), data);
        return ref;
    }

    /**
     * Reads a chunk into a buffer, from its position on, and advances it by the chunk's length.
     *
     * @throws CorruptChunkException if the object is not what was stored; the buffer's position has not moved, and its
     *     content must not be used
     * @throws NoSuchObject if there is no such object
     * @throws IllegalArgumentException if the buffer has too little room
     */
    public void load(ChunkRef ref, ByteBuffer into) throws CorruptChunkException {
        if (into.remaining() < ref.lengthBytes()) {
            throw new IllegalArgumentException(
                    "buffer too small: remaining=" + into.remaining() + " lengthBytes=" + ref.lengthBytes());
        }
        int start = into.position();
        ByteBuffer room = into.duplicate().limit(start + ref.lengthBytes());
        MessageDigest digest = digest();
        int length;
        try {
            length = objects.get(ref.key(), room, digest);
        } catch (BufferOverflowException e) {
            throw new CorruptChunkException(ref, "longer than expectedBytes=" + ref.lengthBytes());
        }
        if (length != ref.lengthBytes()) {
            throw new CorruptChunkException(ref, "lengthBytes=" + length + " expectedBytes=" + ref.lengthBytes());
        }
        if (!MessageDigest.isEqual(digest.digest(), ref.sha256())) {
            throw new CorruptChunkException(ref, "SHA-256 differs");
        }
        into.position(start + length);
    }

    /** Removes a chunk; it need not exist. */
    public void delete(ChunkRef ref) {
        objects.delete(ref.key());
    }

    /** The inode number and the index in an object's key; null if it is none of a chunk's. */
    public static long[] placeOf(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.lookingAt()
                ? new long[] {Long.parseUnsignedLong(matcher.group(1), 16), Long.parseLong(matcher.group(2), 16)}
                : null;
    }

    /** Whether a key was made by this object, so that a reference to it may be on its way. */
    public boolean isOwn(String key) {
        return key.contains(String.format(".%016x", process));
    }

    /** This thread's SHA-256 digest, reset. */
    static MessageDigest digest() {
        MessageDigest digest = SHA256.get();
        digest.reset();
        return digest;
    }

    /** The SHA-256 of a buffer's remaining bytes; the buffer stays as it is. */
    private static byte[] sha256(ByteBuffer data) {
        MessageDigest digest = digest();
        digest.update(data.duplicate());
        return digest.digest();
    }

    private String newKey(long ino, long index) {
        return String.format(
                "%s%02x/%016x.%08x.%016x%08x", PREFIX, ino & 0xff, ino, index, process, versions.incrementAndGet());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
