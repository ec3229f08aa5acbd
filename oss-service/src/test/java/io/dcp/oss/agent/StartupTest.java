package io.dcp.oss.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StartupTest {
    @TempDir
    private Path home;

    private Fixture fixture;

    @BeforeEach
    void prepare() {
        fixture = new Fixture(home);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private String refusal() {
        String line = assertThrows(StartRefusedException.class, fixture::start).getMessage();
        assertFalse(line.contains("\n"));
        assertFalse(Files.exists(home.resolve("run/ready")));
        assertFalse(fixture.listening);
        return line;
    }

    @Test
    void shouldTellThatItIsReady() throws Exception {
        int port = fixture.start().http().port();
        assertEquals(
                "{\"pid\":" + ProcessHandle.current().pid() + ",\"httpPort\":" + port + ",\"wireVersion\":3}\n",
                Files.readString(home.resolve("run/ready")));
        assertTrue(fixture.listening);
    }

    @ParameterizedTest
    @CsvSource({"DCP_HTTP_PORT, the HTTP API", "DCP_ZOOKEEPER_PORT, the embedded ZooKeeper"})
    void shouldNameAPortThatIsTaken(String setting, String purpose) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fixture.environment.put(setting, String.valueOf(other.getLocalPort()));
            assertEquals("port " + other.getLocalPort() + " for " + purpose + " (" + setting + ") is taken", refusal());
        }
    }

    @Test
    void shouldLetGoOfEverythingWhenRefused() throws Exception {
        int http;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            http = free.getLocalPort();
        }
        fixture.environment.put("DCP_HTTP_PORT", String.valueOf(http));
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fixture.environment.put("DCP_ZOOKEEPER_PORT", String.valueOf(other.getLocalPort()));
            refusal();
        }
        fixture.environment.remove("DCP_ZOOKEEPER_PORT");
        assertEquals(http, fixture.start().http().port());
    }

    @Test
    void shouldNameAHomeThatCannotBeWritten() throws Exception {
        // Root may write everywhere but into a file as if it were a directory.
        Path file = Files.createFile(home.resolve("file"));
        fixture.environment.put("DCP_HOME", file.resolve("home").toString());
        String line = refusal();
        assertTrue(line.startsWith("cannot write in the home directory " + file.resolve("home") + ": "), line);
    }

    @Test
    void shouldNameATokenThatCannotBeRead() throws Exception {
        Files.writeString(home.resolve("token"), "short\n");
        String line = refusal();
        assertTrue(line.startsWith("cannot read or make the token " + home.resolve("token")), line);
    }

    @Test
    void shouldRefuseABadNumberOfInheritedSockets() {
        for (String count : new String[] {"", "x", "0", "17"}) {
            assertThrows(StartRefusedException.class, () -> new InheritedSockets(Map.of("DCP_LISTEN_FDS", count))
                    .descriptors());
        }
    }

    @Test
    void shouldKnowTheInheritedSockets() throws StartRefusedException {
        assertEquals(0, new InheritedSockets(Map.of()).descriptors().length);
        int[] two = new InheritedSockets(Map.of("DCP_LISTEN_FDS", "2")).descriptors();
        assertEquals("[3, 4]", Arrays.toString(two));
    }

    @Test
    void shouldMakeOneLineOfAnyReason() {
        assertEquals("a b", new StartRefusedException("a\n\r\n  b", new IOException("x")).getMessage());
    }
}
