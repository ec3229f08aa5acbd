package io.dcp.oss.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.oss.controller.AccessToken;
import io.dcp.oss.controller.Administration;
import io.dcp.oss.controller.DownRefusedException;
import io.dcp.oss.controller.DownReport;
import io.dcp.oss.controller.HttpApi;
import io.dcp.oss.controller.InstanceRecord;
import io.dcp.oss.controller.PlatformStatus;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.check.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class DcpTest {
    @TempDir
    private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private HttpApi api;
    private Process supervisor;

    @AfterEach
    void close() {
        if (api != null) {
            api.close();
        }
        if (supervisor != null) {
            supervisor.destroyForcibly();
        }
    }

    /** Plays a platform; its supervisor is a process that ends when the platform is asked to. */
    private void start(String refusal) throws IOException {
        supervisor = new ProcessBuilder("sleep", "1000").start();
        Files.createDirectories(home.resolve("run"));
        Files.writeString(home.resolve("run/supervisor.pid"), supervisor.pid() + "\n");
        api = HttpApi.bind(0, AccessToken.readOrCreate(home.resolve("token")));
        api.serve(new Played(refusal));
        ready(ProcessHandle.current().pid(), api.port());
    }

    private void ready(long pid, int port) throws IOException {
        Files.writeString(
                home.resolve("run/ready"), "{\"pid\":" + pid + ",\"httpPort\":" + port + ",\"wireVersion\":1}\n");
    }

    private int dcp(String... arguments) {
        out.reset();
        err.reset();
        return Dcp.run(
                Map.of("DCP_HOME", home.toString(), "DCP_ROOT", "/dcp"),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                arguments);
    }

    @Test
    void shouldPrintTheStatusAsJson() throws IOException {
        start(null);
        assertEquals(0, dcp("status", "--json"));
        JsonNode status = JsonMapper.builder().build().readTree(out.toString(UTF_8));
        assertEquals(7, status.get("agent").get("pid").asLong());
        assertEquals(supervisor.pid(), status.get("supervisor").get("pid").asLong());
    }

    @Test
    void shouldPrintTheStatusForPeople() throws IOException {
        start(null);
        assertEquals(0, dcp("status"));
        String text = out.toString(UTF_8);
        assertTrue(text.contains("agent 7, supervisor " + supervisor.pid() + "\n"), text);
        assertTrue(text.contains("NOT reachable: away\n"), text);
        assertTrue(text.contains("12 bytes of 1 files, which fails: no room\n"), text);
        assertTrue(text.contains("instances     1, leader local\n"), text);
    }

    @Test
    void shouldListInstances() throws IOException {
        start(null);
        assertEquals(0, dcp("instances"));
        List<String> lines = out.toString(UTF_8).lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.get(1).matches("local +host +7 +yes +2026-01-01T00:00:00Z"), lines.get(1));
    }

    @Test
    void shouldFailWithOneLineWhenNothingRuns() {
        for (String[] command :
                new String[][] {{"status"}, {"status", "--json"}, {"instances"}, {"down", "--drop-cache"}}) {
            assertEquals(1, dcp(command));
            assertEquals("dcp: no platform runs in " + home + "\n", err.toString(UTF_8));
            assertEquals("", out.toString(UTF_8));
        }
    }

    @Test
    void shouldBeContentWhenWhatShallGoDownIsDown() {
        assertEquals(0, dcp("down"));
        assertEquals("no platform runs in " + home + "\n", out.toString(UTF_8));
    }

    @Test
    void shouldNotAskWhoeverHasThePortOfAKilledAgent() throws Exception {
        Process killed = new ProcessBuilder("true").start();
        killed.waitFor();
        Files.createDirectories(home.resolve("run"));
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ready(killed.pid(), other.getLocalPort());
            assertEquals(0, dcp("down"));
            assertEquals("no platform runs in " + home + "\n", out.toString(UTF_8));
            assertEquals(1, dcp("status"));
        }
    }

    @Test
    void shouldWaitForTheSupervisorToEnd() throws IOException {
        start(null);
        assertEquals(0, dcp("down", "--drop-cache"));
        assertTrue(!supervisor.isAlive());
        assertEquals("", out.toString(UTF_8) + err.toString(UTF_8));
    }

    @Test
    void shouldTellWhyItDoesNotGoDown() throws IOException {
        start("the object store is away");
        assertEquals(1, dcp("down", "--drop-cache"));
        assertEquals("dcp: the object store is away\n", err.toString(UTF_8));
        assertTrue(supervisor.isAlive());
    }

    @Test
    void shouldTellWhatACheckFound() throws IOException {
        start(null);
        assertEquals(4, dcp("fsck"));
        assertEquals(
                "an inode without a name: ino=5\n2 found, 0 repaired\n", out.toString(UTF_8) + err.toString(UTF_8));
        assertEquals(1, dcp("fsck", "--repair", "--data", "--json"));
        JsonNode report = JsonMapper.builder().build().readTree(out.toString(UTF_8));
        assertEquals(2, report.get("repaired").asLong());
        assertEquals("ORPHAN", report.get("problems").get(0).get("kind").asString());
    }

    @Test
    void shouldFailACheckOfWhatIsNotThere() throws IOException {
        assertEquals(8, dcp("fsck"));
        assertEquals("dcp: there is no tree in " + home + "\n", err.toString(UTF_8));
        assertEquals("", out.toString(UTF_8));
    }

    @Test
    void shouldExplainItsUsage() {
        assertEquals(2, dcp());
        assertEquals(2, dcp("status", "--nonsense"));
        assertTrue(err.toString(UTF_8).contains("Unknown option: '--nonsense'"), err.toString(UTF_8));
        assertEquals(2, dcp("nonsense"));
        assertEquals(0, dcp("--help"));
        assertTrue(out.toString(UTF_8).contains("instances"), out.toString(UTF_8));
    }

    private final class Played implements Administration {
        private final String refusal;

        Played(String refusal) {
            this.refusal = refusal;
        }

        @Override
        public CheckReport check(CheckOptions options) {
            return new CheckReport(
                    2, options.repair() ? 2 : 0, List.of(new Problem(Problem.Kind.ORPHAN, "ino=5", false)));
        }

        @Override
        public PlatformStatus status() {
            return new PlatformStatus(
                    home.toString(),
                    "/dcp",
                    new PlatformStatus.Agent(7, "2026-01-01T00:00:00Z", true),
                    new PlatformStatus.Supervisor(supervisor.pid()),
                    new PlatformStatus.ObjectStore("http://127.0.0.1:1", "dcp", true, false, "away"),
                    new PlatformStatus.ZooKeeper(2, "serving"),
                    "local",
                    List.of(new InstanceRecord("local", "host", 7, 3, "2026-01-01T00:00:00Z")),
                    12,
                    1,
                    true,
                    "no room");
        }

        @Override
        public DownReport down(boolean dropCache) throws DownRefusedException {
            if (refusal != null) {
                throw new DownRefusedException(refusal);
            }
            return new DownReport(dropCache, 0, null);
        }

        @Override
        public void leave() {
            supervisor.destroyForcibly();
        }
    }
}
