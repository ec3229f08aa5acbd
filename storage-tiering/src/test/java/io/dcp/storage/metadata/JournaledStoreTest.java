package io.dcp.storage.metadata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The embedded store: the contract with segments and checkpoints small enough to happen often, and its own promises. */
class JournaledStoreTest extends MetadataStoreContract {
    private static final StoreOptions SMALL = new StoreOptions(4096, 20_000, 1L << 30, "boot-1");

    @Override
    MetadataStore open(Path where) throws IOException {
        return JournaledStore.open(where, SMALL);
    }

    @Test
    void shouldRefuseADirectoryThatIsOpen() {
        IOException refusal = assertThrows(IOException.class, () -> open(directory));
        assertTrue(refusal.getMessage().contains("already open in this process"), refusal::getMessage);
        // and the refusal did not take the lock away from the holder
        IOException second = assertThrows(IOException.class, () -> open(directory));
        assertTrue(second.getMessage().contains("already open"), second::getMessage);
    }

    @Test
    void shouldServeAllWaitingCallersByOneSync() throws Exception {
        CountDownLatch firstIsSyncing = new CountDownLatch(1);
        CountDownLatch letFirstGo = new CountDownLatch(1);
        AtomicInteger forced = new AtomicInteger();
        AtomicBoolean counting = new AtomicBoolean();
        Durability slow = file -> {
            if (counting.get() && forced.incrementAndGet() == 1) {
                firstIsSyncing.countDown();
                awaitUninterrupted(letFirstGo);
            }
        };
        int callers = 8;
        ExecutorService executor = Executors.newFixedThreadPool(callers + 1);
        try (JournaledStore store = JournaledStore.open(directory.resolve("group"), roomy(), slow, Witness.NONE)) {
            store.commit(new WriteBatch().put(bytes("first"), bytes("1")));
            counting.set(true);
            Future<?> first = executor.submit(() -> {
                store.sync();
                return null;
            });
            firstIsSyncing.await();
            CyclicBarrier committed = new CyclicBarrier(callers + 1);
            List<Future<?>> waiting = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                byte[] key = {(byte) i};
                waiting.add(executor.submit(() -> {
                    store.commit(new WriteBatch().put(key, key));
                    committed.await();
                    store.sync();
                    return null;
                }));
            }
            committed.await(); // all have committed while the first sync is under way
            letFirstGo.countDown();
            first.get();
            for (Future<?> caller : waiting) {
                caller.get();
            }
            assertEquals(2, forced.get(), "one sync for the first caller, one for all others");
            store.sync();
            assertEquals(2, forced.get(), "nothing new to sync");
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void shouldRefuseEverythingAfterAFailedSyncAndKeepWhatWasCommitted() throws IOException {
        Path where = directory.resolve("failing");
        Durability failing = file -> {
            throw new IOException("no such luck");
        };
        JournaledStore store = JournaledStore.open(where, roomy(), failing, Witness.NONE);
        store.commit(new WriteBatch().put(bytes("a"), bytes("1")));
        assertThrows(IOException.class, store::sync);
        assertThrows(IOException.class, store::sync);
        assertThrows(IOException.class, () -> store.commit(new WriteBatch().put(bytes("b"), bytes("1"))));
        assertNull(store.get(bytes("b")));
        store.close();
        try (JournaledStore again = JournaledStore.open(where, roomy())) {
            assertArrayEquals(bytes("1"), again.get(bytes("a")));
            assertNull(again.get(bytes("b")));
        }
    }

    @Test
    void shouldKeepTheJournalOpenWhenCallersAreInterrupted() throws IOException {
        try (JournaledStore store = JournaledStore.open(directory.resolve("interrupted"), roomy())) {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 100; i++) {
                store.commit(new WriteBatch().put(new byte[] {(byte) i}, bytes("1")));
                store.sync();
            }
            assertTrue(Thread.currentThread().isInterrupted());
            Thread.interrupted();
            assertArrayEquals(bytes("1"), store.get(new byte[] {99}));
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void shouldRemoveTheJournalThatACheckpointCovers() throws IOException {
        Path where = directory.resolve("trimmed");
        try (JournaledStore store = JournaledStore.open(where, SMALL)) {
            for (int i = 0; i < 1000; i++) {
                store.commit(new WriteBatch().put(new byte[] {(byte) i}, new byte[100]));
            }
            store.checkpoint();
            assertEquals(0, journalFiles(where));
        }
        try (JournaledStore store = JournaledStore.open(where, SMALL)) {
            store.commit(new WriteBatch().put(bytes("a"), bytes("1")));
            assertEquals(1, journalFiles(where));
        }
        assertEquals(0, journalFiles(where), "closing checkpoints");
    }

    private static StoreOptions roomy() {
        return new StoreOptions(1 << 20, 8 << 20, 1L << 30, "boot-1");
    }

    private static long journalFiles(Path where) throws IOException {
        try (var files = Files.list(where)) {
            return files.filter(file -> SegmentHeader.firstSequenceOf(file) >= 0)
                    .count();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new AssertionError("never let go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
