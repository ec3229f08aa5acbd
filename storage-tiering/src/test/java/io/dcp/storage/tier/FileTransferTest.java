package io.dcp.storage.tier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.storage.tier.FaultyObjectStore.Call;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileTransferTest {
    private static final int CHUNK = 100_000;
    private static final int CONCURRENCY = 4;
    private static final long INO = 42;

    @TempDir
    Path directory;

    private final FaultyObjectStore objects = new FaultyObjectStore(new MemoryObjectStore());
    private final FileTransfer transfer = new FileTransfer(new ChunkStore(objects), CHUNK, CONCURRENCY);

    @AfterEach
    void close() {
        transfer.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 37 * CHUNK + 12_345})
    void shouldBringAFileBack(int size) throws IOException {
        byte[] data = random(size, 1);
        List<ChunkRef> refs = upload(data, List.of());
        assertEquals((size + CHUNK - 1) / CHUNK, refs.size());
        for (int i = 0; i < refs.size(); i++) {
            assertEquals(i, refs.get(i).index());
        }
        assertDownload(data, size, refs);
        assertTrue(objects.mostInFlight() <= CONCURRENCY, () -> "in flight " + objects.mostInFlight());
    }

    @ParameterizedTest
    @CsvSource({"10, 7", "64, 64", "65536, 3", "65537, 3"})
    void shouldTakeAnyChunkSize(int chunkBytes, int concurrency) throws IOException {
        byte[] data = random(200_000 % (chunkBytes * 50), 1);
        try (FileTransfer other = new FileTransfer(new ChunkStore(objects), chunkBytes, concurrency)) {
            Path file = Files.write(directory.resolve("file"), data);
            try (FileChannel channel = FileChannel.open(file)) {
                List<ChunkRef> refs = other.upload(INO, channel::read, data.length, List.of());
                try (FileChannel into = channel("back")) {
                    other.download(into, data.length, refs);
                }
            }
        }
        assertEquals(-1, Files.mismatch(directory.resolve("file"), directory.resolve("back")));
    }

    @Test
    void shouldNotSendUnchangedChunksAgain() throws IOException {
        byte[] data = random(10 * CHUNK + 5, 1);
        List<ChunkRef> first = upload(data, List.of());
        assertEquals(11, objects.count(Call.PUT));
        objects.resetCounts();
        assertEquals(first, upload(data, first));
        assertEquals(0, objects.count(Call.PUT));
        data[3 * CHUNK + 17] ^= 1;
        List<ChunkRef> second = upload(data, first);
        assertEquals(1, objects.count(Call.PUT));
        for (int i = 0; i < 11; i++) {
            assertEquals(i != 3, first.get(i).equals(second.get(i)));
        }
        assertDownload(data, data.length, second);
        data[3 * CHUNK + 17] ^= 1;
        assertDownload(data, data.length, first); // the old version is still whole
    }

    @Test
    void shouldFollowAFileThatShrinksAndGrows() throws IOException {
        byte[] data = random(3 * CHUNK + 500, 1);
        List<ChunkRef> refs = upload(data, List.of());
        for (int size : new int[] {3 * CHUNK + 400, 3 * CHUNK, CHUNK + 1, 0, 1, 5 * CHUNK}) {
            byte[] now = Arrays.copyOf(data, size);
            refs = upload(now, refs);
            assertDownload(now, size, refs);
        }
    }

    @Test
    void shouldLeaveOutHoles() throws IOException {
        byte[] data = new byte[6 * CHUNK + 100];
        System.arraycopy(random(10, 1), 0, data, 2 * CHUNK + CHUNK / 2, 10);
        data[5 * CHUNK - 1] = 1;
        List<ChunkRef> refs = upload(data, List.of());
        assertEquals(List.of(2L, 4L), refs.stream().map(ChunkRef::index).toList());
        assertEquals(2, objects.count(Call.PUT));
        assertDownload(data, data.length, refs);
        assertDownload(new byte[CHUNK], CHUNK, upload(new byte[CHUNK], List.of()));
    }

    @Test
    void shouldReplaceWhatAFileHad() throws IOException {
        byte[] data = new byte[3 * CHUNK];
        data[CHUNK] = 1;
        List<ChunkRef> refs = upload(data, List.of());
        Files.write(directory.resolve("back"), random(5 * CHUNK, 9));
        assertDownload(data, data.length, refs);
    }

    @Test
    void shouldCutOffOrFillUpToTheSizeThatIsAskedFor() throws IOException {
        byte[] data = random(2 * CHUNK + 100, 1);
        List<ChunkRef> refs = upload(data, List.of());
        for (int size : new int[] {0, 10, CHUNK, CHUNK + 3, 3 * CHUNK}) {
            assertDownload(Arrays.copyOf(data, size), size, refs);
        }
    }

    @Test
    void shouldTakeWhatIsMissingAtTheEndAsZeros() throws IOException {
        byte[] data = random(CHUNK / 2, 1);
        Path file = Files.write(directory.resolve("file"), data);
        List<ChunkRef> refs;
        try (FileChannel channel = FileChannel.open(file)) {
            refs = transfer.upload(INO, channel::read, 3 * CHUNK, List.of());
        }
        assertDownload(Arrays.copyOf(data, 3 * CHUNK), 3 * CHUNK, refs);
    }

    @Test
    void shouldNotSendAgainWhatAFailedUploadHadSent() throws IOException {
        byte[] data = random(20 * CHUNK, 1);
        objects.goDownAfter(8);
        assertThrows(ObjectStoreUnavailable.class, () -> upload(data, List.of()));
        objects.comeBack();
        objects.resetCounts();
        List<ChunkRef> refs = upload(data, List.of());
        assertEquals(12, objects.count(Call.PUT));
        assertDownload(data, data.length, refs);
        assertEquals(keys(refs), stored());
    }

    @Test
    void shouldRemoveWhatAFailedUploadHadSentInVain() throws IOException {
        objects.goDownAfter(8);
        assertThrows(ObjectStoreUnavailable.class, () -> upload(random(20 * CHUNK, 1), List.of()));
        objects.goDownAfter(3);
        assertThrows(ObjectStoreUnavailable.class, () -> upload(random(20 * CHUNK, 2), List.of()));
        objects.comeBack();
        List<ChunkRef> refs = upload(random(20 * CHUNK, 3), List.of());
        assertEquals(keys(refs), stored());
    }

    @Test
    void shouldFailADownloadWithTheStoreAndSucceedLater() throws IOException {
        byte[] data = random(20 * CHUNK, 1);
        List<ChunkRef> refs = upload(data, List.of());
        objects.goDownAfter(5);
        assertThrows(ObjectStoreUnavailable.class, () -> assertDownload(data, data.length, refs));
        objects.comeBack();
        assertDownload(data, data.length, refs);
    }

    @Test
    void shouldNeverWriteACorruptChunk() throws IOException {
        byte[] data = random(5 * CHUNK, 1);
        List<ChunkRef> refs = upload(data, List.of());
        objects.flip(refs.get(2).key(), 99);
        try (FileChannel into = channel("back")) {
            assertThrows(CorruptChunkException.class, () -> transfer.download(into, data.length, refs));
        }
        byte[] back = Arrays.copyOf(Files.readAllBytes(directory.resolve("back")), data.length);
        for (int at = 2 * CHUNK; at < 3 * CHUNK; at++) {
            assertEquals(0, back[at]);
        }
    }

    @Test
    void shouldServeASmallFileWhileALargeOneWaitsForTheStore() throws Exception {
        byte[] large = random(40 * CHUNK, 1);
        byte[] small = random(100, 2);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            objects.hold();
            Future<List<ChunkRef>> slow = executor.submit(() -> upload("large", large, List.of()));
            objects.awaitWaiting(CONCURRENCY);
            Future<List<ChunkRef>> quick = executor.submit(() -> upload("small", small, List.of()));
            objects.awaitWaiting(CONCURRENCY + 1); // the small one has a turn of its own
            objects.letGo();
            assertDownload(small, small.length, quick.get());
            assertDownload(large, large.length, slow.get());
        } finally {
            executor.shutdown();
        }
    }

    @Test
    void shouldEndWhenTheCallerIsInterrupted() throws Exception {
        byte[] data = random(40 * CHUNK, 1);
        objects.hold();
        FutureTask<Boolean> upload = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            assertThrows(IOException.class, () -> upload(data, List.of()));
            return Thread.interrupted();
        });
        Thread caller = new Thread(upload);
        caller.start();
        // It waits only after it has seen the interrupt, and for no more than the chunks that are in flight.
        while (caller.getState() != Thread.State.WAITING && caller.isAlive()) {
            Thread.onSpinWait();
        }
        objects.letGo();
        assertTrue(upload.get());
    }

    @Test
    void shouldRefuseChunksOfAnotherSize() throws IOException {
        ChunkRef large = new ChunkStore(objects).store(INO, 0, ByteBuffer.allocate(CHUNK + 1));
        try (FileChannel into = channel("back")) {
            assertThrows(IOException.class, () -> transfer.download(into, CHUNK, List.of(large)));
        }
    }

    private List<ChunkRef> upload(byte[] data, List<ChunkRef> known) throws IOException {
        return upload("file", data, known);
    }

    private List<ChunkRef> upload(String name, byte[] data, List<ChunkRef> known) throws IOException {
        Path file = Files.write(directory.resolve(name), data);
        List<ChunkRef> shuffled = new ArrayList<>(known);
        Collections.shuffle(shuffled, new Random(3));
        try (FileChannel channel = FileChannel.open(file)) {
            return transfer.upload(INO + name.length() - 4, channel::read, data.length, shuffled);
        }
    }

    private void assertDownload(byte[] expected, int size, List<ChunkRef> refs) throws IOException {
        try (FileChannel into = channel("back")) {
            transfer.download(into, size, refs);
        }
        assertEquals(-1, Arrays.mismatch(expected, Files.readAllBytes(directory.resolve("back"))), "first difference");
    }

    private FileChannel channel(String name) throws IOException {
        return FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private List<String> stored() {
        List<String> keys = new ArrayList<>();
        objects.list(ChunkStore.PREFIX, object -> keys.add(object.key()));
        return keys;
    }

    private static List<String> keys(List<ChunkRef> refs) {
        return refs.stream().map(ChunkRef::key).sorted().toList();
    }

    private static byte[] random(int size, int seed) {
        byte[] data = new byte[size];
        new Random(seed).nextBytes(data);
        return data;
    }
}
