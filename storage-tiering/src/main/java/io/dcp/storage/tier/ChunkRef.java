package io.dcp.storage.tier;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Where one chunk of a file's contents is.
 *
 * @param index which chunk of the file: it begins at byte {@code index * chunkBytes}
 * @param key the object that holds it; a key is used for one version only and never written again
 * @param lengthBytes its length, at most the chunk size; what is missing up to the next chunk reads as zeros
 * @param sha256 the SHA-256 of its bytes (32 bytes, not to be changed)
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below, and read by the codec of the namespace
public record ChunkRef(long index, String key, int lengthBytes, byte[] sha256) {

    /** Length of a SHA-256 digest. */
    public static final int SHA256_BYTES = 32;

    /** Checks ranges; a reference that fails here was not made by {@link ChunkStore}. */
    public ChunkRef {
        if (index < 0 || lengthBytes <= 0 || sha256.length != SHA256_BYTES || key.isEmpty()) {
            throw new IllegalArgumentException("chunk reference out of range: index=" + index + " key=" + key
                    + " lengthBytes=" + lengthBytes + " sha256Bytes=" + sha256.length);
        }
    }

    /** Whether bytes are the chunk's. */
    public boolean isOf(byte[] bytes) {
        return bytes.length == lengthBytes && Arrays.equals(ChunkStore.digest().digest(bytes), sha256);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChunkRef that
                && index == that.index
                && lengthBytes == that.lengthBytes
                && key.equals(that.key)
                && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return "ChunkRef[index=" + index + ", key=" + key + ", lengthBytes=" + lengthBytes + ", sha256="
                + HexFormat.of().formatHex(sha256) + "]";
    }
}
