package io.dcp.storage.metadata;

import static io.dcp.storage.metadata.MetadataStoreContract.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store on a file system that fills up. */
class DiskFullTest {
    @TempDir
    Path scratch;

    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(scratch.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()) == 0;
        assumeTrue(mounted, "a small file system cannot be mounted: not root");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", disk.toString());
        }
    }

    @Test
    void shouldGoOnWhenThereIsRoomAgain() throws Exception {
        StoreOptions options = new StoreOptions(64 << 10, 64 << 20, 1L << 30, "boot-1");
        Path filler = disk.resolve("filler");
        int committed = 0;
        try (JournaledStore store = JournaledStore.open(disk.resolve("metadata"), options)) {
            store.commit(new WriteBatch().put(bytes("first"), bytes("1")));
            fill(filler);
            IOException full = null;
            while (full == null) {
                try {
                    store.commit(new WriteBatch().put(key(committed), new byte[5000]));
                    committed++;
                } catch (IOException e) {
                    full = e;
                }
            }
            assertNull(store.get(key(committed)), "what failed is not there");
            verify(store, committed);
            int failing = committed;
            assertThrows(IOException.class, () -> store.commit(new WriteBatch().put(key(failing), new byte[6 << 20])));
            verify(store, committed);
            Files.delete(filler);
            store.commit(new WriteBatch().put(key(committed), bytes("after")));
            committed++;
            verify(store, committed);
            store.checkpoint();
            verify(store, committed);
        }
        try (JournaledStore store = JournaledStore.open(disk.resolve("metadata"), options)) {
            verify(store, committed);
            assertArrayEquals(bytes("after"), store.get(key(committed - 1)));
        }
    }

    @Test
    void shouldRecordRemovalsWhileFull() throws Exception {
        StoreOptions options = new StoreOptions(64 << 10, 64 << 20, 1L << 30, "boot-1");
        Path metadata = disk.resolve("metadata");
        int committed = 0;
        JournaledStore full = JournaledStore.open(metadata, options);
        full.commit(new WriteBatch().put(key(committed++), bytes("first")));
        while (!Files.exists(metadata.resolve("reserve"))) {
            Thread.onSpinWait();
        }
        fill(disk.resolve("filler"));
        try {
            while (true) {
                full.commit(new WriteBatch().put(key(committed), new byte[500]));
                committed++;
            }
        } catch (IOException noSpace) {
            assertNull(full.get(key(committed)), "what failed is not there");
        }
        for (int i = 0; i < committed; i++) {
            full.commit(new WriteBatch().delete(key(i)));
            assertNull(full.get(key(i)));
        }
        closeWhileFull(full);
        Files.delete(disk.resolve("filler"));
        try (JournaledStore store = JournaledStore.open(metadata, options)) {
            for (int i = 0; i < committed; i++) {
                assertNull(store.get(key(i)));
            }
        }
    }

    @Test
    void shouldOpenAgainAndAgainWhileFullAndRecordRemovals() throws Exception {
        StoreOptions options = new StoreOptions(64 << 10, 64 << 20, 1L << 30, "boot-1");
        Path metadata = disk.resolve("metadata");
        int keys = 30;
        JournaledStore store = JournaledStore.open(metadata, options);
        for (int i = 0; i < keys; i++) {
            store.commit(new WriteBatch().put(key(i), new byte[1000]));
        }
        while (!Files.exists(metadata.resolve("reserve"))) {
            Thread.onSpinWait();
        }
        fill(disk.resolve("filler"));
        for (int i = 0; i < keys; i++) {
            store.commit(new WriteBatch().delete(key(i)));
            closeWhileFull(store);
            // Somebody else takes whatever became free.
            fill(disk.resolve("filler" + i));
            store = JournaledStore.open(metadata, options);
            for (int other = 0; other < keys; other++) {
                assertEquals(other > i, store.get(key(other)) != null);
            }
        }
        closeWhileFull(store);
    }

    private static void closeWhileFull(JournaledStore store) {
        try {
            store.close();
        } catch (IOException checkpointFailed) {
            assertTrue(checkpointFailed.getMessage().contains("No space left"), checkpointFailed::getMessage);
        }
    }

    @Test
    void shouldLoseNothingWhenClosedWhileFull() throws Exception {
        StoreOptions options = new StoreOptions(64 << 10, 64 << 20, 1L << 30, "boot-1");
        Path filler = disk.resolve("filler");
        JournaledStore store = JournaledStore.open(disk.resolve("metadata"), options);
        for (int i = 0; i < 100; i++) {
            store.commit(new WriteBatch().put(key(i), new byte[5000]));
        }
        fill(filler);
        assertThrows(IOException.class, store::checkpoint);
        assertThrows(IOException.class, store::close);
        Files.delete(filler);
        try (JournaledStore again = JournaledStore.open(disk.resolve("metadata"), options)) {
            verify(again, 100);
        }
    }

    private static void verify(JournaledStore store, int committed) {
        for (int i = 0; i < committed; i++) {
            assertNotNull(store.get(key(i)));
        }
        assertNull(store.get(key(committed)));
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            return -1; // no such program
        }
    }
}
