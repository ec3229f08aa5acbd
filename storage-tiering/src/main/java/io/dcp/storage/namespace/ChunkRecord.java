package io.dcp.storage.namespace;

import io.dcp.storage.tier.ChunkRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** How a {@link ChunkRef} is stored; its index is in the key. */
final class ChunkRecord {
    private ChunkRecord() {}

    static byte[] encode(ChunkRef ref) {
        byte[] key = ref.key().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + ChunkRef.SHA256_BYTES + key.length)
                .putInt(ref.lengthBytes())
                .put(ref.sha256())
                .put(key)
                .array();
    }

    static ChunkRef decode(long index, byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        int length = in.getInt();
        byte[] sha256 = new byte[ChunkRef.SHA256_BYTES];
        in.get(sha256);
        return new ChunkRef(
                index, new String(record, in.position(), in.remaining(), StandardCharsets.UTF_8), length, sha256);
    }
}
