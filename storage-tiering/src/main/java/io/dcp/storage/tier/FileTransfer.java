package io.dcp.storage.tier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Moves the contents of whole files between local files and the chunk store, several chunks at a time.
 *
 * <p>A file is cut at multiples of the chunk size, which therefore must stay the same for as long as there are files.
 * Chunks of zeros are not stored: they are holes. Memory is bounded by {@code concurrency} buffers of a chunk each,
 * shared by all transfers; they are made when first needed.
 *
 * <p>All methods may be called from any thread, and block. An interrupt of the caller ends a transfer early, and may
 * close the caller's channel.
 */
public final class FileTransfer implements AutoCloseable {
    /** How many chunks are in flight if nothing else is said. */
    public static final int DEFAULT_CONCURRENCY = 8;

    private static final int REMEMBERED_FILES = 256;
    private static final int PIECE_BYTES = 128 << 10;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(PIECE_BYTES).asReadOnlyBuffer();

    /** A file that is read. */
    @FunctionalInterface
    public interface Source {
        /** As {@link FileChannel#read(ByteBuffer, long)}: 0 or less at the end of the file. */
        int read(ByteBuffer into, long position) throws IOException;
    }

    /** A file that is written. */
    @FunctionalInterface
    public interface Sink {
        /** Writes all that the buffer has left. */
        void write(ByteBuffer data, long position) throws IOException;
    }

    private final ChunkStore chunks;
    private final int chunkBytes;
    private final ChunkBuffers buffers;
    private final ChunkLanes lanes;
    private final Map<Long, Collection<ChunkRef>> unfinished = new LinkedHashMap<>();

    /**
     * Prepares transfers with a store, which remains the caller's.
     *
     * @param chunkBytes size of all chunks of a file but its last
     * @param concurrency how many chunks may be in flight over all transfers
     */
    public FileTransfer(ChunkStore chunks, int chunkBytes, int concurrency) {
        if (chunkBytes < 1 || concurrency < 1) {
            throw new IllegalArgumentException(
                    "out of range: chunkBytes=" + chunkBytes + " concurrency=" + concurrency);
        }
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
        this.buffers = new ChunkBuffers(chunkBytes, concurrency);
        this.lanes = new ChunkLanes(concurrency);
    }

    /** Where chunks are kept. */
    public ChunkStore chunks() {
        return chunks;
    }

    /** Size of all chunks of a file but its last. */
    public int chunkBytes() {
        return chunkBytes;
    }

    /**
     * Brings the first {@code size} bytes of a file into the store. Chunks that are known with the same length and digest
     * are kept and not sent. Whether the file changes meanwhile is for the caller to find out; bytes that are gone when
     * they are read count as zeros.
     *
     * <p>If this fails, the chunks that were sent already are remembered in this object, and the next upload of the same
     * inode uses them or removes them. Old chunks that are no longer referenced are the caller's to remove.
     *
     * @param known the references of an earlier version of the file, in any order
     * @return the references of the file, by ascending index, without holes
     * @throws IOException if the file cannot be read
     * @throws ObjectStoreException if the store fails
     */
    public List<ChunkRef> upload(long ino, Source file, long size, List<ChunkRef> known) throws IOException {
        Map<Long, ChunkRef> reusable = byIndex(known);
        List<ChunkRef> leftOver = takeUnfinished(ino);
        Map<Long, ChunkRef> sentBefore = byIndex(leftOver);
        Collection<ChunkRef> sent = new ConcurrentLinkedQueue<>(leftOver);
        Map<Long, ChunkRef> current = new ConcurrentSkipListMap<>();
        boolean done = false;
        try {
            lanes.run(chunkCount(size), number -> {
                long index = number;
                ByteBuffer data = buffers.take(lengthOf(index, size));
                try {
                    byte[] sha256 = read(file, index * chunkBytes, data);
                    ChunkRef ref =
                            isZero(data) ? null : sendIfNew(ino, index, data, sha256, reusable, sentBefore, sent);
                    if (ref != null) {
                        current.put(index, ref);
                    }
                } finally {
                    buffers.giveBack(data);
                }
            });
            done = true;
        } finally {
            if (!done) {
                remember(ino, sent);
            }
        }
        removeUnused(leftOver, current);
        return List.copyOf(current.values());
    }

    /**
     * Replaces the contents of a file by those in the store. What no chunk covers is a hole.
     *
     * @param into open for writing
     * @param size the file's length in bytes; parts of chunks beyond it are left out
     * @throws IOException if the file cannot be written
     * @see #fill
     */
    public void download(FileChannel into, long size, List<ChunkRef> refs) throws IOException {
        into.truncate(0);
        fill(
                (data, at) -> {
                    int begin = data.position();
                    while (data.hasRemaining()) {
                        into.write(data, at + data.position() - begin);
                    }
                },
                size,
                refs);
        if (into.size() < size) {
            into.write(ByteBuffer.allocate(1), size - 1);
        }
    }

    /**
     * Writes the contents that the store has into a hole. After a failure they are incomplete, but no byte of a corrupt
     * chunk has been written.
     *
     * @param size the file's length in bytes; parts of chunks beyond it are left out
     * @throws CorruptChunkException if a chunk is not what was stored
     * @throws NoSuchObject if a chunk is missing
     * @throws ObjectStoreException if the store fails
     * @throws IOException if the file cannot be written
     */
    public void fill(Sink into, long size, List<ChunkRef> refs) throws IOException {
        for (ChunkRef ref : refs) {
            if (ref.lengthBytes() > chunkBytes) {
                throw new IOException("chunk is larger than chunks are: " + ref + " chunkBytes=" + chunkBytes);
            }
        }
        lanes.run(refs.size(), number -> {
            ChunkRef ref = refs.get(number);
            long at = ref.index() * chunkBytes;
            if (at >= size) {
                return;
            }
            ByteBuffer data = buffers.take(ref.lengthBytes());
            try {
                chunks.load(ref, data);
                data.flip().limit((int) Math.min(ref.lengthBytes(), size - at));
                into.write(data, at);
            } finally {
                buffers.giveBack(data);
            }
        });
    }

    /** Ends the threads when what they do is done. */
    @Override
    public void close() {
        lanes.close();
    }

    private ChunkRef sendIfNew(
            long ino,
            long index,
            ByteBuffer data,
            byte[] sha256,
            Map<Long, ChunkRef> known,
            Map<Long, ChunkRef> sentBefore,
            Collection<ChunkRef> sent) {
        for (ChunkRef ref : new ChunkRef[] {known.get(index), sentBefore.get(index)}) {
            if (ref != null && ref.lengthBytes() == data.remaining() && Arrays.equals(ref.sha256(), sha256)) {
                return ref;
            }
        }
        ChunkRef ref = chunks.store(ino, index, data, sha256);
        sent.add(ref);
        return ref;
    }

    /** Removes what an earlier, failed upload had sent and this one did not need. */
    private void removeUnused(List<ChunkRef> leftOver, Map<Long, ChunkRef> current) {
        for (ChunkRef ref : leftOver) {
            if (!ref.equals(current.get(ref.index()))) {
                deleteQuietly(ref);
            }
        }
    }

    private void deleteQuietly(ChunkRef ref) {
        try {
            chunks.delete(ref);
        } catch (ObjectStoreException e) {
            // An object that nobody refers to stays behind; it costs space and nothing else.
            return;
        }
    }

    private synchronized List<ChunkRef> takeUnfinished(long ino) {
        Collection<ChunkRef> refs = unfinished.remove(ino);
        return refs == null ? List.of() : List.copyOf(refs);
    }

    private synchronized void remember(long ino, Collection<ChunkRef> refs) {
        if (!refs.isEmpty()) {
            unfinished.put(ino, List.copyOf(refs));
            if (unfinished.size() > REMEMBERED_FILES) {
                unfinished.remove(unfinished.keySet().iterator().next());
            }
        }
    }

    private int chunkCount(long size) {
        return Math.toIntExact((size + chunkBytes - 1) / chunkBytes);
    }

    private int lengthOf(long index, long size) {
        return (int) Math.min(chunkBytes, size - index * chunkBytes);
    }

    /**
     * Fills a buffer from a place of a file, with zeros beyond the file's end, and flips it. Digests each piece while it
     * is in the processor's cache.
     *
     * @return the SHA-256 of the buffer's content
     */
    private static byte[] read(Source file, long from, ByteBuffer into) throws IOException {
        MessageDigest digest = ChunkStore.digest();
        int end = into.limit();
        while (into.position() < end) {
            int begin = into.position();
            into.limit(Math.min(end, begin + PIECE_BYTES));
            if (file.read(into, from + begin) <= 0) {
                into.put(ZEROS.slice(0, into.remaining()));
            }
            digest.update(into.duplicate().flip().position(begin));
        }
        into.flip();
        return digest.digest();
    }

    private static boolean isZero(ByteBuffer data) {
        for (int at = 0; at < data.limit(); at += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, data.limit() - at);
            if (data.slice(at, length).mismatch(ZEROS.slice(0, length)) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static Map<Long, ChunkRef> byIndex(List<ChunkRef> refs) {
        Map<Long, ChunkRef> map = new ConcurrentHashMap<>();
        for (ChunkRef ref : refs) {
            map.put(ref.index(), ref);
        }
        return map;
    }
}
