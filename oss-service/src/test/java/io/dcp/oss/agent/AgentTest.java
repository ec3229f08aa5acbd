package io.dcp.oss.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.oss.cli.Dcp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own, without a supervisor and thus without programs. */
@Timeout(120)
class AgentTest {
    @TempDir
    private Path directory;

    private Path home;
    private Process agent;

    @BeforeEach
    void prepare() throws IOException {
        home = directory.resolve("home");
        Files.createDirectories(home.resolve("run"));
        Files.createDirectories(home.resolve("mirror"));
        Files.write(home.resolve("run/region"), new byte[4096]);
    }

    @AfterEach
    void kill() throws InterruptedException {
        if (agent != null) {
            agent.destroyForcibly().waitFor();
        }
    }

    private void start(Map<String, String> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Agent.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("DCP_"));
        builder.environment().putAll(settings);
        builder.environment().put("DCP_HOME", home.toString());
        builder.environment().put("DCP_ROOT", home.resolve("mirror").toString());
        agent = builder.start();
    }

    private void awaitReady() throws Exception {
        while (!Files.exists(home.resolve("run/ready"))) {
            if (agent.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the agent ended: " + Files.readString(directory.resolve("log")));
            }
        }
    }

    private String dcp(int expected, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(out, true, UTF_8);
        assertEquals(
                expected,
                Dcp.run(Map.of("DCP_HOME", home.toString()), both, both, arguments),
                () -> out.toString(UTF_8));
        return out.toString(UTF_8);
    }

    @Test
    void shouldServeUntilItIsAskedToGoDown() throws Exception {
        start(Map.of());
        awaitReady();
        String status = dcp(0, "status", "--json");
        assertTrue(status.contains("\"agent\":{\"pid\":" + agent.pid() + ","), status);
        assertTrue(status.contains("\"leader\":\"local\""), status);
        dcp(0, "down", "--drop-cache");
        assertEquals(0, agent.waitFor());
        assertFalse(Files.exists(home.resolve("run/failure")));
    }

    @Test
    void shouldStartAgainAfterAKill() throws Exception {
        start(Map.of());
        awaitReady();
        dcp(0, "status");
        agent.destroyForcibly().waitFor();
        Files.delete(home.resolve("run/ready"));
        start(Map.of());
        awaitReady();
        String status = dcp(0, "status", "--json");
        assertTrue(status.contains("\"leader\":\"local\""), "at once, not when the old session expires: " + status);
    }

    @Test
    void shouldEndInOrderWhenTerminated() throws Exception {
        start(Map.of());
        awaitReady();
        agent.destroy();
        agent.waitFor();
        assertTrue(Files.readString(directory.resolve("log")).contains("down; dirty bytes left on the mirror: 0"));
        assertFalse(Files.exists(home.resolve("run/ready")));
    }

    @Test
    void shouldRefuseABadSetting() throws Exception {
        start(Map.of("DCP_HTTP_PORT", "many"));
        assertEquals(3, agent.waitFor());
        assertEquals(
                "DCP_HTTP_PORT=many in the environment: not a port number from 0 to 65535\n",
                Files.readString(home.resolve("run/failure")));
    }

    @Test
    void shouldRefuseMetadataThatCannotBeReadAndChangeNothing() throws Exception {
        start(Map.of());
        awaitReady();
        dcp(0, "down");
        Path metadata = home.resolve("metadata");
        try (Stream<Path> files = Files.list(metadata)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "spoiled");
            }
        }
        start(Map.of());
        assertEquals(3, agent.waitFor());
        String line = Files.readString(home.resolve("run/failure"));
        assertTrue(line.startsWith("the metadata in " + metadata + " cannot be read: "), line);
        assertEquals(1, line.lines().count());
        try (Stream<Path> files = Files.list(metadata)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals("spoiled", Files.readString(file), file.toString());
            }
        }
    }
}
