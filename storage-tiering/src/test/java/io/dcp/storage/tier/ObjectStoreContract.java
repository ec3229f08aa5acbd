package io.dcp.storage.tier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link ObjectStore} promises; the same tests run on the fake, the embedded store and a real service. */
public abstract class ObjectStoreContract {
    private static final int THREADS = 6;

    /** The store under test, empty at the beginning of each test but for keys that no test uses. */
    protected abstract ObjectStore store();

    @Test
    void shouldReadWhatWasWritten() {
        for (int size : new int[] {0, 1, 4095, 70_000, 5 << 20}) {
            byte[] data = random(size);
            store().put("sizes/" + size, ByteBuffer.wrap(data));
            assertArrayEquals(data, read("sizes/" + size, size), "size " + size);
        }
    }

    @Test
    void shouldTakeAndFillPartsOfBuffersOfBothKinds() {
        byte[] data = random(100_000);
        ByteBuffer out = ByteBuffer.allocateDirect(data.length + 20).position(7);
        out.put(data).flip().position(7);
        store().put("parts", out);
        assertEquals(7, out.position());
        assertEquals(7 + data.length, out.limit());
        for (ByteBuffer into : List.of(ByteBuffer.allocateDirect(200_000), ByteBuffer.allocate(200_000))) {
            into.position(50);
            assertEquals(data.length, store().get("parts", into));
            assertEquals(50 + data.length, into.position());
            byte[] read = new byte[data.length];
            into.get(50, read);
            assertArrayEquals(data, read);
        }
    }

    @Test
    void shouldReplaceAnObject() {
        store().put("replaced", text("one"));
        store().put("replaced", text("second"));
        assertArrayEquals(bytes("second"), read("replaced", 100));
    }

    @Test
    void shouldSayThatAnObjectIsMissing() {
        assertThrows(NoSuchObject.class, () -> read("missing", 10));
        assertNull(store().head("missing"));
        store().delete("missing");
        store().put("gone", text("x"));
        store().delete("gone");
        assertThrows(NoSuchObject.class, () -> read("gone", 10));
        assertNull(store().head("gone"));
    }

    @Test
    void shouldNotOverflowABuffer() {
        store().put("large", ByteBuffer.wrap(random(1000)));
        ByteBuffer into = ByteBuffer.allocate(1500).position(600);
        assertThrows(BufferOverflowException.class, () -> store().get("large", into));
        assertEquals(600, into.position());
    }

    @Test
    void shouldTellAboutAnObject() {
        store().put("told", text("twelve bytes"));
        ObjectStore.ObjectInfo info = store().head("told");
        assertEquals("told", info.key());
        assertEquals(12, info.sizeBytes());
        List<ObjectStore.ObjectInfo> listed = new ArrayList<>();
        store().list("told", listed::add);
        assertEquals(List.of(info), listed);
        store().put("told", text("other"));
        assertNotEquals(info.etag(), store().head("told").etag());
    }

    @Test
    void shouldListAPrefixInOrder() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1100; i++) {
            String key = String.format("listed/%04d", i);
            store().put(key, text("x"));
            expected.add(key);
        }
        store().put("list", text("before"));
        store().put("listee", text("behind"));
        List<String> seen = new ArrayList<>();
        store().list("listed/", object -> seen.add(object.key()));
        assertEquals(expected, seen);
        seen.clear();
        store().list("listed/00", object -> seen.add(object.key()) && seen.size() < 5);
        assertEquals(expected.subList(0, 5), seen);
    }

    @Test
    void shouldCreateOnlyWhatIsAbsent() {
        assertTrue(store().putIfAbsent("created", text("mine")));
        assertFalse(store().putIfAbsent("created", text("yours")));
        assertArrayEquals(bytes("mine"), read("created", 10));
        store().delete("created");
        assertTrue(store().putIfAbsent("created", text("later")));
    }

    @Test
    void shouldReplaceOnlyWhatMatches() {
        assertNull(store().putIfMatch("matched", "0123456789abcdef0123456789abcdef", text("none")));
        store().put("matched", text("one"));
        String one = store().head("matched").etag();
        String two = store().putIfMatch("matched", one, text("two"));
        assertNotNull(two);
        assertEquals(two, store().head("matched").etag());
        assertNull(store().putIfMatch("matched", one, text("late")));
        assertArrayEquals(bytes("two"), read("matched", 10));
    }

    @Test
    void shouldLetOneOfSeveralCreate() throws Exception {
        for (int round = 0; round < 20; round++) {
            String key = "race/create" + round;
            List<Boolean> created = race(thread -> store().putIfAbsent(key, text("writer " + thread)));
            assertEquals(1, created.stream().filter(won -> won).count());
            int winner = created.indexOf(true);
            assertArrayEquals(bytes("writer " + winner), read(key, 20));
        }
    }

    @Test
    void shouldLoseNoUpdate() throws Exception {
        int each = 10;
        store().put("counter", text("0"));
        race(thread -> {
            for (int i = 0; i < each; ) {
                String etag = store().head("counter").etag();
                int value = Integer.parseInt(new String(read("counter", 20), StandardCharsets.UTF_8));
                // A tag that is older than the value only makes the write fail.
                if (store().putIfMatch("counter", etag, text(Integer.toString(value + 1))) != null) {
                    i++;
                }
            }
            return null;
        });
        assertEquals(THREADS * each, Integer.parseInt(new String(read("counter", 20), StandardCharsets.UTF_8)));
    }

    @Test
    void shouldKeepNeighboursWhileOthersAreRemoved() throws Exception {
        race(thread -> {
            for (int i = 0; i < 30; i++) {
                String key = "neighbours/folder/" + thread;
                store().put(key, text("x" + i));
                assertArrayEquals(bytes("x" + i), read(key, 10));
                store().delete(key);
            }
            return null;
        });
    }

    /** The task of one of several threads. */
    @FunctionalInterface
    protected interface Racer<T> {
        /** Runs in a thread with a number of its own. */
        T run(int thread) throws Exception;
    }

    /** Runs a task in several threads that start together; returns the results by thread. */
    protected static <T> List<T> race(Racer<T> racer) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> {
                    start.await();
                    return racer.run(thread);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdown();
        }
    }

    private byte[] read(String key, int atMost) {
        ByteBuffer into = ByteBuffer.allocate(atMost);
        int length = store().get(key, into);
        assertEquals(length, into.position());
        byte[] data = new byte[length];
        into.get(0, data);
        return data;
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
