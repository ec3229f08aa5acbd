package io.dcp.storage.metadata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer in a process of its own is killed (SIGKILL) in the middle of its commits, again and again. */
class KillTest {
    private static final int ROUNDS = 6;

    @TempDir
    Path directory;

    @Test
    void shouldHaveEverythingThatWasAcknowledged() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            long acknowledged = writeAndKill(1 + random.nextInt(6_000));
            try (JournaledStore store = JournaledStore.open(directory, KilledWriter.options())) {
                verify(store, acknowledged, "seed " + seed + " round " + round);
                if (random.nextBoolean()) {
                    store.checkpoint();
                }
            }
        }
    }

    @Test
    void shouldRefuseADirectoryThatAnotherProcessHasOpen() throws Exception {
        Process writer = start();
        try (DataInputStream acknowledged = acknowledgements(writer)) {
            acknowledged.readLong();
            IOException refusal = assertThrows(IOException.class, () -> JournaledStore.open(directory));
            assertTrue(refusal.getMessage().contains("in use by another process"), refusal::getMessage);
        } finally {
            writer.destroyForcibly().waitFor();
        }
        JournaledStore.open(directory).close();
    }

    /** Returns the last commit that the writer acknowledged. */
    private long writeAndKill(int commits) throws Exception {
        Process writer = start();
        long last = 0;
        try (DataInputStream acknowledged = acknowledgements(writer)) {
            for (int i = 0; i < commits; i++) {
                last = acknowledged.readLong();
            }
            writer.toHandle().destroyForcibly(); // the process itself would close its streams, too
            while (true) {
                last = acknowledged.readLong();
            }
        } catch (EOFException killed) {
            assertTrue(last > 0, "the writer ended by itself");
        }
        assertEquals(128 + 9, writer.waitFor());
        return last;
    }

    private static void verify(JournaledStore store, long acknowledged, String what) {
        long last = KilledWriter.number(store.get(KilledWriter.LAST));
        assertTrue(last >= acknowledged, () -> what + " last " + last + " acknowledged " + acknowledged);
        for (long n = Math.max(1, last - KilledWriter.KEPT + 1); n <= last; n++) {
            assertArrayEquals(KilledWriter.bytes(n), store.get(KilledWriter.key(n)), what);
        }
        assertNull(store.get(KilledWriter.key(last + 1)), what);
        long[] entries = {0};
        store.scan(KilledWriter.key(0), KilledWriter.key(Long.MAX_VALUE), (key, value) -> ++entries[0] > 0);
        assertEquals(Math.min(last, KilledWriter.KEPT), entries[0], what);
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens",
                        "java.base/java.nio=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/sun.nio.ch=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + directory, // where its unpacked library goes with it
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static DataInputStream acknowledgements(Process writer) {
        return new DataInputStream(new BufferedInputStream(writer.getInputStream()));
    }
}
