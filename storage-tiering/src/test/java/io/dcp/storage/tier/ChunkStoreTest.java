package io.dcp.storage.tier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunkStoreTest {
    private final FaultyObjectStore objects = new FaultyObjectStore(new MemoryObjectStore());
    private final ChunkStore chunks = new ChunkStore(objects);

    @Test
    void shouldLoadWhatWasStored() throws IOException {
        byte[] data = random(5000);
        ByteBuffer out = ByteBuffer.wrap(data);
        ChunkRef ref = chunks.store(7, 3, out);
        assertEquals(0, out.position());
        assertEquals(3, ref.index());
        assertEquals(5000, ref.lengthBytes());
        ByteBuffer into = ByteBuffer.allocateDirect(6000).position(11);
        chunks.load(ref, into);
        assertEquals(5011, into.position());
        byte[] read = new byte[5000];
        into.get(11, read);
        assertArrayEquals(data, read);
    }

    @Test
    void shouldNeverServeAFlippedByte() {
        ChunkRef ref = chunks.store(7, 0, ByteBuffer.wrap(random(300)));
        for (int at = 0; at < 300; at++) {
            objects.flip(ref.key(), at);
            ByteBuffer into = ByteBuffer.allocate(300);
            CorruptChunkException corrupt = assertThrows(CorruptChunkException.class, () -> chunks.load(ref, into));
            assertEquals(ref, corrupt.chunk());
            assertTrue(corrupt.getMessage().contains(ref.key()), corrupt::getMessage);
            assertEquals(0, into.position());
            objects.flip(ref.key(), at);
        }
    }

    @Test
    void shouldNeverServeAnotherLength() {
        ChunkRef ref = chunks.store(7, 0, ByteBuffer.wrap(random(300)));
        for (int length : new int[] {0, 299, 301, 400}) {
            objects.put(ref.key(), ByteBuffer.wrap(random(length)));
            ByteBuffer into = ByteBuffer.allocate(350);
            assertThrows(CorruptChunkException.class, () -> chunks.load(ref, into));
            assertEquals(0, into.position());
        }
    }

    @Test
    void shouldSayThatAChunkIsMissing() throws IOException {
        ChunkRef ref = chunks.store(7, 0, ByteBuffer.wrap(random(10)));
        chunks.load(ref, ByteBuffer.allocate(10));
        chunks.delete(ref);
        chunks.delete(ref);
        assertThrows(NoSuchObject.class, () -> chunks.load(ref, ByteBuffer.allocate(10)));
    }

    @Test
    void shouldUseAKeyForOneVersionOnly() {
        Set<String> keys = new HashSet<>();
        ChunkStore restarted = new ChunkStore(objects);
        for (int i = 0; i < 100; i++) {
            assertTrue(keys.add(chunks.store(7, 0, ByteBuffer.wrap(random(10))).key()));
            assertTrue(
                    keys.add(restarted.store(7, 0, ByteBuffer.wrap(random(10))).key()));
        }
        keys.forEach(key -> assertTrue(key.startsWith(ChunkStore.PREFIX), key));
    }

    @Test
    void shouldRefuseASmallBuffer() {
        ChunkRef ref = chunks.store(7, 0, ByteBuffer.wrap(random(10)));
        assertThrows(IllegalArgumentException.class, () -> chunks.load(ref, ByteBuffer.allocate(9)));
    }

    @Test
    void shouldCompareReferencesByContent() {
        ChunkRef ref = chunks.store(7, 0, ByteBuffer.wrap(random(10)));
        ChunkRef same = new ChunkRef(
                ref.index(), ref.key(), ref.lengthBytes(), ref.sha256().clone());
        assertEquals(ref, same);
        assertEquals(ref.hashCode(), same.hashCode());
        assertNotEquals(ref, new ChunkRef(1, ref.key(), ref.lengthBytes(), ref.sha256()));
        assertThrows(IllegalArgumentException.class, () -> new ChunkRef(0, "k", 0, ref.sha256()));
        assertThrows(IllegalArgumentException.class, () -> new ChunkRef(-1, "k", 1, ref.sha256()));
        assertThrows(IllegalArgumentException.class, () -> new ChunkRef(0, "k", 1, new byte[31]));
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }
}
