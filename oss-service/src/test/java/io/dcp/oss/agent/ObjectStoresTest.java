package io.dcp.oss.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.BadSettingException;
import io.dcp.oss.embedded.EmbeddedObjectStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ObjectStoresTest {
    @TempDir
    private Path home;

    private AgentConfig config(Map<String, String> settings) throws BadSettingException {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DCP_HOME", home.toString());
        return AgentConfig.read(environment);
    }

    private AgentConfig external(int port, String secret) throws BadSettingException {
        return config(Map.of(
                "DCP_S3_ENDPOINT",
                "http://127.0.0.1:" + port,
                "DCP_S3_ACCESS_KEY",
                "key",
                "DCP_S3_SECRET_KEY",
                secret));
    }

    private static String refusal(AgentConfig config) {
        String line = assertThrows(StartRefusedException.class, () -> ObjectStores.open(config))
                .getMessage();
        assertFalse(line.contains("\n"), line);
        return line;
    }

    private static void shouldKeepAnObject(ObjectStorePart part) {
        part.store().put("k", ByteBuffer.wrap("value".getBytes(UTF_8)));
        ByteBuffer read = ByteBuffer.allocate(16);
        assertEquals(5, part.store().get("k", read));
        assertEquals("value", new String(read.array(), 0, 5, UTF_8));
    }

    /** The first answer may take longer than a probe waits: everything is used for the first time. */
    private static void awaitAnswer(ObjectStorePart part) throws Exception {
        while (part.probe() != null) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldRunAStoreOfItsOwn() throws Exception {
        try (ObjectStorePart part = ObjectStores.open(config(Map.of()))) {
            assertTrue(part.embedded());
            awaitAnswer(part);
            shouldKeepAnObject(part);
            part.sync();
        }
    }

    @Test
    void shouldUseAStoreThatIsThere() throws Exception {
        try (EmbeddedObjectStore server = EmbeddedObjectStore.start(home.resolve("theirs"), 0, "key", "secret");
                ObjectStorePart part = ObjectStores.open(external(server.port(), "secret"))) {
            assertFalse(part.embedded());
            awaitAnswer(part);
            shouldKeepAnObject(part);
        }
    }

    @Test
    void shouldNameAPortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(
                    "port " + other.getLocalPort() + " for the embedded object store (DCP_S3_PORT) is taken",
                    refusal(config(Map.of("DCP_S3_PORT", String.valueOf(other.getLocalPort())))));
        }
    }

    @Test
    void shouldTellThatTheKeyIsRefused() throws Exception {
        try (EmbeddedObjectStore server = EmbeddedObjectStore.start(home.resolve("theirs"), 0, "key", "secret")) {
            String line = refusal(external(server.port(), "guess"));
            assertTrue(line.startsWith("the object store at http://127.0.0.1:" + server.port() + " refuses: "), line);
            assertFalse(line.contains("guess"), line);
        }
    }

    @Test
    void shouldTellThatNobodyAnswers() throws Exception {
        int port = freePort();
        String line = refusal(external(port, "secret"));
        assertTrue(line.startsWith("no answer from the object store at http://127.0.0.1:" + port + ": "), line);
    }

    @Test
    void shouldTakeTheirAbsenceWhenItTakesAnAgentsPlace() throws Exception {
        int port = freePort();
        AgentConfig config = config(Map.of(
                "DCP_S3_ENDPOINT",
                "http://127.0.0.1:" + port,
                "DCP_S3_ACCESS_KEY",
                "key",
                "DCP_S3_SECRET_KEY",
                "secret",
                "DCP_RESTARTED",
                "1"));
        try (ObjectStorePart part = ObjectStores.open(config)) {
            assertNotNull(part.probe());
            try (EmbeddedObjectStore server =
                    EmbeddedObjectStore.start(home.resolve("theirs"), port, "key", "secret")) {
                assertEquals(port, server.port());
                part.store().ensureReady();
                awaitAnswer(part);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
