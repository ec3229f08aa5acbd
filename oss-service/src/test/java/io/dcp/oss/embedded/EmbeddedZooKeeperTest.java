package io.dcp.oss.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedZooKeeperTest {
    @TempDir
    private Path directory;

    private static CuratorFramework connect(EmbeddedZooKeeper server) throws InterruptedException {
        CuratorFramework client = CuratorFrameworkFactory.newClient("127.0.0.1:" + server.port(), new RetryForever(50));
        client.start();
        client.blockUntilConnected();
        return client;
    }

    @Test
    void shouldKeepDataOverARestart() throws Exception {
        byte[] data = "kept".getBytes(UTF_8);
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.bind(directory, 0)) {
            server.serve();
            try (CuratorFramework client = connect(server)) {
                client.create().creatingParentsIfNeeded().forPath("/a/b", data);
            }
        }
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.bind(directory, 0)) {
            assertEquals(EmbeddedZooKeeper.Phase.BOUND, server.phase());
            server.serve();
            assertEquals(EmbeddedZooKeeper.Phase.SERVING, server.phase());
            try (CuratorFramework client = connect(server)) {
                assertArrayEquals(data, client.getData().forPath("/a/b"));
            }
        }
    }

    @Test
    void shouldBeginAnewWithFilesThatALossOfPowerHasEmptied() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.bind(directory, 0)) {
            server.serve();
            try (CuratorFramework client = connect(server)) {
                client.create().forPath("/a");
            }
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(file, new byte[0]);
            }
        }
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.bind(directory, 0)) {
            try {
                server.serve();
            } catch (IOException unreadable) {
                assertEquals(EmbeddedZooKeeper.Phase.FAILED, server.phase());
            }
            try (CuratorFramework client = connect(server)) {
                client.create().forPath("/b");
                assertEquals(EmbeddedZooKeeper.Phase.SERVING, server.phase());
            }
        }
    }

    @Test
    void shouldTellThatThePortIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThrows(BindException.class, () -> EmbeddedZooKeeper.bind(directory, other.getLocalPort()));
        }
    }

    @Test
    void shouldLetGoOfThePortWhenClosed() throws Exception {
        EmbeddedZooKeeper first = EmbeddedZooKeeper.bind(directory, 0);
        first.serve();
        first.close();
        first.close();
        assertEquals(EmbeddedZooKeeper.Phase.CLOSED, first.phase());
        EmbeddedZooKeeper.bind(directory, first.port()).close();
    }

    @Test
    void shouldNotTakeMuchDisk() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.bind(directory, 0)) {
            server.serve();
            try (CuratorFramework client = connect(server)) {
                client.create().forPath("/a");
            }
        }
        long bytes = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        assertTrue(bytes < 1 << 20, "bytes=" + bytes);
    }
}
