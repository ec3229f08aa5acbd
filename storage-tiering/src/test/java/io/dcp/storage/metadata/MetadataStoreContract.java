package io.dcp.storage.metadata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link MetadataStore} promises. */
abstract class MetadataStoreContract {
    @TempDir
    Path directory;

    private MetadataStore store;

    /** Opens the store that is kept under a directory, or makes it. */
    abstract MetadataStore open(Path where) throws IOException;

    @BeforeEach
    void openStore() throws IOException {
        store = open(directory);
    }

    @AfterEach
    void closeStore() throws IOException {
        store.close();
    }

    @Test
    void shouldFindWhatWasCommitted() throws IOException {
        store.commit(new WriteBatch().put(bytes("a"), bytes("1")).put(bytes("b"), new byte[0]));
        assertArrayEquals(bytes("1"), store.get(bytes("a")));
        assertArrayEquals(new byte[0], store.get(bytes("b")));
        assertNull(store.get(bytes("c")));
    }

    @Test
    void shouldApplyABatchInItsOrder() throws IOException {
        store.commit(new WriteBatch()
                .put(bytes("a"), bytes("1"))
                .delete(bytes("a"))
                .put(bytes("b"), bytes("1"))
                .put(bytes("b"), bytes("2"))
                .delete(bytes("absent")));
        assertNull(store.get(bytes("a")));
        assertArrayEquals(bytes("2"), store.get(bytes("b")));
    }

    @Test
    void shouldCountCommits() throws IOException {
        long first = store.commit(new WriteBatch().put(bytes("a"), bytes("1")));
        assertEquals(first, store.commit(new WriteBatch()));
        assertEquals(first + 1, store.commit(new WriteBatch().delete(bytes("a"))));
        store.checkpoint();
        assertEquals(first + 2, store.commit(new WriteBatch().put(bytes("a"), bytes("1"))));
        reopen();
        assertEquals(first + 3, store.commit(new WriteBatch().put(bytes("a"), bytes("1"))));
    }

    @Test
    void shouldOrderKeysAsUnsignedBytes() throws IOException {
        byte[][] keys = {{0}, {0, 0}, {1}, {1, (byte) 0xff}, {0x7f}, {(byte) 0x80}, {(byte) 0xff}, {(byte) 0xff, 0}};
        List<byte[]> shuffled = new ArrayList<>(Arrays.asList(keys));
        Collections.shuffle(shuffled, new Random(1));
        for (int i = 0; i < keys.length; i++) {
            store.commit(new WriteBatch().put(shuffled.get(i), new byte[0]));
            if (i == keys.length / 2) {
                store.checkpoint();
            }
        }
        List<byte[]> seen = new ArrayList<>();
        store.scan(new byte[0], null, (key, value) -> seen.add(key));
        assertArrayEquals(keys, seen.toArray());
    }

    @Test
    void shouldStopAScanWhenTheVisitorHasEnough() throws IOException {
        for (int i = 0; i < 100; i++) {
            store.commit(new WriteBatch().put(new byte[] {(byte) i}, new byte[0]));
        }
        List<byte[]> seen = new ArrayList<>();
        store.scan(new byte[] {10}, new byte[] {90}, (key, value) -> {
            seen.add(key);
            return seen.size() < 33;
        });
        assertEquals(33, seen.size());
        assertArrayEquals(new byte[] {42}, seen.get(32));
    }

    @Test
    void shouldLetAVisitorChangeTheStore() throws IOException {
        for (int i = 0; i < 2000; i++) {
            store.commit(new WriteBatch().put(bytes(String.format("%04d", i)), new byte[0]));
        }
        int[] visited = {0};
        store.scan(new byte[0], null, (key, value) -> {
            visited[0]++;
            try {
                store.commit(new WriteBatch().delete(key));
                if (visited[0] % 500 == 0) {
                    store.checkpoint();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        });
        assertEquals(2000, visited[0]);
        store.scan(new byte[0], null, (key, value) -> {
            throw new AssertionError("left over");
        });
    }

    @Test
    void shouldTakeTheLargestKeysAndValues() throws IOException {
        byte[] key = new byte[MetadataStore.MAX_KEY_BYTES];
        byte[] value = new byte[MetadataStore.MAX_VALUE_BYTES];
        new Random(1).nextBytes(key);
        new Random(2).nextBytes(value);
        store.commit(new WriteBatch().put(key, value).put(bytes("small"), bytes("1")));
        assertArrayEquals(value, store.get(key));
        reopen();
        assertArrayEquals(value, store.get(key));
        assertArrayEquals(bytes("1"), store.get(bytes("small")));
    }

    @Test
    void shouldRefuseImpossibleSizes() {
        WriteBatch batch = new WriteBatch();
        byte[] tooLong = new byte[MetadataStore.MAX_KEY_BYTES + 1];
        assertThrows(IllegalArgumentException.class, () -> batch.put(new byte[0], new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> batch.delete(tooLong));
        assertThrows(
                IllegalArgumentException.class,
                () -> batch.put(bytes("a"), new byte[MetadataStore.MAX_VALUE_BYTES + 1]));
        assertEquals(0, batch.size());
    }

    @Test
    void shouldRefuseUseAfterClose() throws IOException {
        store.close();
        store.close();
        assertThrows(IllegalStateException.class, () -> store.get(bytes("a")));
        assertThrows(IllegalStateException.class, () -> store.commit(new WriteBatch().delete(bytes("a"))));
        assertThrows(IllegalStateException.class, () -> store.scan(new byte[0], null, (key, value) -> true));
        assertThrows(IllegalStateException.class, store::sync);
        assertThrows(IllegalStateException.class, store::checkpoint);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldBehaveLikeASortedMap(long seed) throws IOException {
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
        for (int step = 0; step < 3000; step++) {
            int what = random.nextInt(1000);
            if (what < 500) {
                WriteBatch batch = new WriteBatch();
                for (int i = random.nextInt(8); i > 0; i--) {
                    byte[] key = key(random);
                    if (random.nextInt(3) == 0) {
                        batch.delete(key);
                        model.remove(key);
                    } else {
                        byte[] value = new byte[random.nextInt(random.nextInt(50) == 0 ? 9000 : 100)];
                        random.nextBytes(value);
                        batch.put(key, value);
                        model.put(key, value);
                    }
                }
                store.commit(batch);
            } else if (what < 800) {
                byte[] key = key(random);
                assertArrayEquals(model.get(key), store.get(key), () -> "seed " + seed);
            } else if (what < 980) {
                compareRange(model, random, seed);
            } else if (what < 990) {
                store.checkpoint();
            } else if (what < 996) {
                store.sync();
            } else {
                reopen();
            }
        }
    }

    @Test
    void shouldKeepBatchesOfSeveralThreads() throws Exception {
        int threads = 4;
        int each = 2000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier barrier = new CyclicBarrier(threads);
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                byte thread = (byte) t;
                done.add(executor.submit(() -> {
                    barrier.await();
                    for (int i = 0; i < each; i++) {
                        byte[] key = {thread, (byte) (i >> 8), (byte) i};
                        store.commit(new WriteBatch().put(key, key).put(new byte[] {100, thread}, key));
                        assertArrayEquals(key, store.get(key));
                        if (i % 100 == thread) {
                            store.sync();
                        }
                        if (i % 700 == thread) {
                            store.checkpoint();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            executor.shutdown();
        }
        reopen();
        int[] entries = {0};
        store.scan(new byte[0], null, (key, value) -> ++entries[0] > 0);
        assertEquals(threads * each + threads, entries[0]);
        assertArrayEquals(new byte[] {0, (byte) (1999 >> 8), (byte) 1999}, store.get(new byte[] {100, 0}));
    }

    private void reopen() throws IOException {
        store.close();
        store = open(directory);
    }

    private void compareRange(NavigableMap<byte[], byte[]> model, Random random, long seed) {
        byte[] from = random.nextInt(5) == 0 ? new byte[0] : key(random);
        byte[] to = random.nextInt(5) == 0 ? null : key(random);
        Map<byte[], byte[]> expected = model.tailMap(from, true);
        if (to != null) {
            expected = Arrays.compareUnsigned(from, to) > 0 ? Map.of() : model.subMap(from, to);
        }
        List<byte[]> seen = new ArrayList<>();
        store.scan(from, to, (key, value) -> {
            assertArrayEquals(model.get(key), value, () -> "seed " + seed);
            return seen.add(key);
        });
        assertArrayEquals(expected.keySet().toArray(), seen.toArray(), () -> "seed " + seed);
    }

    /** Few different keys, so that they meet again; some are prefixes of others. */
    private static byte[] key(Random random) {
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(8) * 36);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(key, 17) : key;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
