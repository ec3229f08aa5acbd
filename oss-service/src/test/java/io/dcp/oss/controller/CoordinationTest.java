package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dcp.oss.embedded.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CoordinationTest {
    private static final Duration SESSION = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private AccessToken token;
    private EmbeddedZooKeeper server;

    @BeforeEach
    void serve() throws Exception {
        token = AccessToken.readOrCreate(directory.resolve("token"));
        server = EmbeddedZooKeeper.bind(directory.resolve("zookeeper"), 0);
        server.serve();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static InstanceRecord instance(String name, long pid) {
        return new InstanceRecord(name, "host", pid, 80, "2026-01-01T00:00:00Z");
    }

    private Coordination join(InstanceRecord self, Duration session) throws Exception {
        Coordination coordination = new Coordination(server.port(), token, session, self);
        coordination.join();
        return coordination;
    }

    @SuppressWarnings("ThreadPriorityCheck")
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }

    @Test
    void shouldLeadAndBeAMemberWhenAlone() throws Exception {
        try (Coordination one = join(instance("one", 1), SESSION)) {
            assertEquals(new Coordination.View("one", List.of(instance("one", 1))), one.view(PATIENCE));
        }
    }

    @Test
    void shouldHandLeadershipOverWhenTheLeaderLeaves() throws Exception {
        Coordination one = join(instance("one", 1), SESSION);
        assertEquals("one", one.view(PATIENCE).leader());
        try (Coordination two = join(instance("two", 2), SESSION)) {
            await(() -> two.view(PATIENCE).instances().size() == 2);
            assertEquals("one", two.view(PATIENCE).leader());
            one.close();
            await(() -> "two".equals(two.view(PATIENCE).leader()));
            await(() -> two.view(PATIENCE).instances().equals(List.of(instance("two", 2))));
        }
    }

    @Test
    void shouldReplaceAtOnceWhatADeadAgentOfTheSameInstanceLeft() throws Exception {
        // The session of a killed agent lives on; here it is one that does nothing for its nodes any more.
        try (CuratorFramework dead = CuratorFrameworkFactory.builder()
                .connectString("127.0.0.1:" + server.port())
                .sessionTimeoutMs((int) Duration.ofMinutes(1).toMillis())
                .retryPolicy(new RetryOneTime(1))
                .authorization("digest", ("dcp:" + token.text()).getBytes(UTF_8))
                .build()) {
            dead.start();
            dead.blockUntilConnected();
            dead.create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL)
                    .withACL(ZooDefs.Ids.CREATOR_ALL_ACL)
                    .forPath("/dcp/instances/one", "{}".getBytes(UTF_8));
            dead.create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL_SEQUENTIAL)
                    .withACL(ZooDefs.Ids.CREATOR_ALL_ACL)
                    .forPath("/dcp/leader/latch-", "one".getBytes(UTF_8));
            try (Coordination fresh = join(instance("one", 2), SESSION)) {
                assertEquals(new Coordination.View("one", List.of(instance("one", 2))), fresh.view(PATIENCE));
                assertEquals(1, dead.getChildren().forPath("/dcp/leader").size());
            }
        }
    }

    @Test
    void shouldKeepStrangersOut() throws Exception {
        try (Coordination one = join(instance("one", 1), SESSION);
                CuratorFramework stranger =
                        CuratorFrameworkFactory.newClient("127.0.0.1:" + server.port(), new RetryOneTime(1))) {
            assertEquals("one", one.view(PATIENCE).leader());
            stranger.start();
            stranger.blockUntilConnected();
            assertThrows(KeeperException.NoAuthException.class, () -> stranger.getData()
                    .forPath("/dcp/instances/one"));
            assertThrows(KeeperException.NoAuthException.class, () -> stranger.create()
                    .forPath("/dcp/instances/two"));
        }
    }

    @Test
    void shouldAnswerWithNothingBeforeItHasJoined() throws Exception {
        try (Coordination one = new Coordination(server.port(), token, SESSION, instance("one", 1))) {
            assertEquals(new Coordination.View(null, List.of()), one.view(Duration.ofMillis(10)));
        }
    }
}
