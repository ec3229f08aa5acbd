package io.dcp.storage.namespace;

import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How long a tree's chunks are. A chunk's place in its file is its index times this length, so it is settled when the tree
 * begins and cannot change.
 */
public final class ChunkSize {
    private ChunkSize() {}

    /**
     * The length of a tree's chunks in bytes: the one that it was begun with, or {@code wished}, which is then recorded.
     *
     * @throws IOException if it could not be recorded
     */
    public static int of(MetadataStore store, int wished) throws IOException {
        byte[] recorded = store.get(Keys.chunkBytes());
        if (recorded != null) {
            return ByteBuffer.wrap(recorded).getInt();
        }
        store.commit(new WriteBatch()
                .put(Keys.chunkBytes(), ByteBuffer.allocate(4).putInt(wished).array()));
        return wished;
    }
}
