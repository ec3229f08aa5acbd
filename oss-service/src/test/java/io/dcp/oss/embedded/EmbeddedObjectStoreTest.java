package io.dcp.oss.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.ChunkStore;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreContract;
import io.dcp.storage.tier.ObjectStoreRefused;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import io.dcp.storage.tier.S3ObjectStore;
import io.dcp.storage.tier.S3Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the embedded S3 server through the SDK, and what only this server does. */
class EmbeddedObjectStoreTest extends ObjectStoreContract {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String BUCKET = "dcp-test";

    @TempDir
    static Path shared;

    private static EmbeddedObjectStore server;
    private static S3ObjectStore store;

    @TempDir
    Path scratch;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedObjectStore.start(shared.resolve("objects"), 0, "access", "secret-secret");
        store = new S3ObjectStore(server.settings(BUCKET));
        store.ensureReady();
    }

    @AfterAll
    static void stop() {
        store.close();
        server.close();
    }

    @BeforeEach
    void empty() {
        store.list("", object -> {
            store.delete(object.key());
            return true;
        });
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Test
    void shouldBeReadyTwice() {
        store.ensureReady();
    }

    @Test
    void shouldKeepObjectsOverARestart() throws IOException {
        Path objects = scratch.resolve("objects");
        try (EmbeddedObjectStore first = EmbeddedObjectStore.start(objects, 0, "access", "secret-secret");
                S3ObjectStore client = new S3ObjectStore(first.settings(BUCKET))) {
            client.ensureReady();
            client.put("kept", ByteBuffer.wrap(new byte[10]));
            first.sync();
        }
        try (EmbeddedObjectStore second = EmbeddedObjectStore.start(objects, 0, "access", "secret-secret");
                S3ObjectStore client = new S3ObjectStore(second.settings(BUCKET))) {
            client.ensureReady();
            assertEquals(10, client.get("kept", ByteBuffer.allocate(10)));
            assertNotNull(client.head("kept").etag());
        }
    }

    @Test
    void shouldRefuseAnotherKey() {
        S3Settings settings = server.settings(BUCKET);
        for (String[] keys : new String[][] {{"access", "another-secret"}, {"another", "secret-secret"}}) {
            S3Settings wrong = new S3Settings(settings.endpoint(), BUCKET, settings.region(), keys[0], keys[1]);
            try (S3ObjectStore client = new S3ObjectStore(wrong)) {
                assertThrows(ObjectStoreRefused.class, client::ensureReady);
                assertThrows(ObjectStoreRefused.class, () -> client.get("x", ByteBuffer.allocate(1)));
                assertThrows(ObjectStoreRefused.class, () -> client.put("x", ByteBuffer.allocate(1)));
            }
        }
    }

    @Test
    void shouldSayThatTheBucketIsMissing() {
        try (S3ObjectStore client = new S3ObjectStore(server.settings("no-such-bucket"))) {
            assertThrows(ObjectStoreRefused.class, () -> client.get("x", ByteBuffer.allocate(1)));
        }
    }

    @Test
    void shouldRefuseAnImpossibleBucket() {
        try (S3ObjectStore client = new S3ObjectStore(server.settings("NO"))) {
            assertThrows(ObjectStoreRefused.class, client::ensureReady);
        }
    }

    @Test
    void shouldBeUnavailableWhenNobodyListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (S3ObjectStore client = new S3ObjectStore(local(free).withTimeout(SHORT, 2))) {
            assertThrows(ObjectStoreUnavailable.class, client::ensureReady);
            assertThrows(ObjectStoreUnavailable.class, () -> client.get("x", ByteBuffer.allocate(1)));
        }
    }

    @Test
    void shouldBeUnavailableWhenNobodyAnswers() throws IOException {
        // Connections are taken by the kernel, and nothing ever comes back.
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3ObjectStore client =
                        new S3ObjectStore(local(silent.getLocalPort()).withTimeout(SHORT, 2))) {
            assertThrows(ObjectStoreUnavailable.class, () -> client.get("x", ByteBuffer.allocate(1)));
            assertThrows(ObjectStoreUnavailable.class, () -> client.put("x", ByteBuffer.allocate(1)));
        }
    }

    @Test
    void shouldSayThatThePortIsTaken() {
        IOException taken = assertThrows(
                IOException.class, () -> EmbeddedObjectStore.start(scratch, server.port(), "access", "secret-secret"));
        assertEquals("port of the object store is taken: port=" + server.port(), taken.getMessage());
    }

    @Test
    void shouldSayThatTheDirectoryCannotBeWritten() throws IOException {
        Path file = Files.createFile(scratch.resolve("file"));
        for (Path directory : List.of(file, file.resolve("below"), Path.of("/proc/dcp-objects"))) {
            IOException refused = assertThrows(
                    IOException.class, () -> EmbeddedObjectStore.start(directory, 0, "access", "secret-secret"));
            assertEquals(
                    "directory of the object store cannot be written: directory=" + directory, refused.getMessage());
        }
    }

    @Test
    void shouldMoveFiles() throws IOException {
        byte[] data = new byte[(5 << 20) + 77];
        new Random(1).nextBytes(data);
        Path from = Files.write(scratch.resolve("from"), data);
        Path to = scratch.resolve("to");
        try (FileTransfer transfer = new FileTransfer(new ChunkStore(store), 1 << 20, 4);
                FileChannel out = FileChannel.open(from);
                FileChannel in = FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            List<ChunkRef> refs = transfer.upload(1, out::read, data.length, List.of());
            assertEquals(6, refs.size());
            transfer.download(in, data.length, refs);
        }
        assertEquals(-1, Files.mismatch(from, to));
    }

    @Test
    void shouldNotLeakWhatItsSettingsKeepSecret() {
        assertTrue(!server.settings(BUCKET).toString().contains("secret-secret"));
    }

    private static S3Settings local(int port) {
        return new S3Settings(URI.create("http://127.0.0.1:" + port), BUCKET, "us-east-1", "access", "secret");
    }
}
