package io.dcp.oss.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.oss.controller.DownRefusedException;
import io.dcp.oss.controller.DownReport;
import io.dcp.oss.controller.PlatformStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PlatformTest {
    @TempDir
    private Path home;

    private Fixture fixture;
    private Platform platform;

    @BeforeEach
    void start() throws Exception {
        fixture = new Fixture(home);
        platform = fixture.start().platform();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldTellHowItIs() throws Exception {
        Files.writeString(home.resolve("run/supervisor.pid"), "42\n");
        PlatformStatus status = platform.status();
        assertEquals(home.toString(), status.home());
        assertEquals("/dcp", status.root());
        assertEquals(
                new PlatformStatus.Agent(ProcessHandle.current().pid(), "1970-01-01T00:00:00Z", true), status.agent());
        assertEquals(new PlatformStatus.Supervisor(42L), status.supervisor());
        assertEquals(
                new PlatformStatus.ObjectStore("http://store.test", "dcp", false, true, null), status.objectStore());
        assertEquals("serving", status.zookeeper().state());
        assertEquals("local", status.leader());
        assertEquals(1, status.instances().size());
        assertEquals(100, status.dirtyBytes());
        assertTrue(status.coldTree());
        assertNull(status.writeBackError());
    }

    @Test
    void shouldTellThatTheObjectStoreIsAway() {
        fixture.store.away = true;
        assertEquals(
                new PlatformStatus.ObjectStore("http://store.test", "dcp", false, false, "nobody answers"),
                platform.status().objectStore());
    }

    @Test
    void shouldKeepWhatIsDirtyWhenGoingDown() throws Exception {
        assertTrue(Files.exists(home.resolve("run/ready")));
        assertEquals(new DownReport(false, 100, null), platform.down(false));
        assertEquals(List.of("close"), fixture.tree.asked);
        assertFalse(fixture.listening);
        assertTrue(fixture.store.closed);
        assertFalse(Files.exists(home.resolve("run/ready")));
    }

    @Test
    void shouldUploadEverythingBeforeItDropsTheCache() throws Exception {
        assertEquals(new DownReport(true, 0, null), platform.down(true));
        assertEquals(List.of("drain", "drain", "dropCache", "close"), fixture.tree.asked);
    }

    @Test
    void shouldRefuseToDropTheCacheWhileTheObjectStoreIsAway() throws Exception {
        fixture.store.away = true;
        String line = assertThrows(DownRefusedException.class, () -> platform.down(true))
                .getMessage();
        assertTrue(line.contains("http://store.test") && line.contains("nobody answers"), line);
        assertEquals(List.of(), fixture.tree.asked);
        assertTrue(fixture.listening);
        assertTrue(platform.status().agent().serving());
        fixture.store.away = false;
        assertTrue(platform.down(true).cacheDropped());
    }

    @Test
    void shouldGoOnWhenNotEverythingCouldBeUploaded() {
        fixture.tree.drainFailure = "3 files left";
        String line = assertThrows(DownRefusedException.class, () -> platform.down(true))
                .getMessage();
        assertTrue(line.contains("3 files left"), line);
        assertEquals(List.of("drain"), fixture.tree.asked);
        assertTrue(fixture.listening);
        assertTrue(platform.status().agent().serving());
    }

    @Test
    void shouldTellWhatWentWrongWhenClosing() throws Exception {
        fixture.tree.closeFailure = "no checkpoint";
        assertEquals("closing the tree: no checkpoint", platform.down(false).problem());
        assertTrue(fixture.store.closed, "the rest is closed all the same");
    }

    @Test
    void shouldGoDownOnce() throws Exception {
        assertNull(platform.down(false).problem());
        assertThrows(DownRefusedException.class, () -> platform.down(false));
        platform.close();
        assertEquals(List.of("close"), fixture.tree.asked);
    }
}
