package io.dcp.storage.tier;

import java.io.IOException;

/** A chunk came back with another length or checksum than it was stored with. Its bytes were not served. */
public final class CorruptChunkException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient ChunkRef chunk;

    /** Names the chunk and the difference. */
    public CorruptChunkException(ChunkRef chunk, String difference) {
        super("corrupt chunk: " + difference + " key=" + chunk.key() + " index=" + chunk.index());
        this.chunk = chunk;
    }

    /** The chunk that is corrupt; null in a deserialized exception. */
    public ChunkRef chunk() {
        return chunk;
    }
}
