package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This instance's session with ZooKeeper: its membership and its candidacy. All nodes are under {@code /dcp} and open
 * only to holders of the platform's token, because other users of the machine reach the port too.
 *
 * <p>{@link #join()} blocks until ZooKeeper answers; questions asked before that, or while the connection is lost, get
 * empty answers at once.
 */
public final class Coordination implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Coordination.class);
    private static final int CONNECTION_TIMEOUT_MILLIS = 5_000;
    private static final int RETRY_MILLIS = 200;

    private final CuratorFramework client;
    private final Membership membership;
    private final Election election;
    private final CountDownLatch joined = new CountDownLatch(1);

    /** Who leads and who is there. */
    public record View(String leader, List<InstanceRecord> instances) {
        static final View NOTHING = new View(null, List.of());
    }

    /**
     * Prepares the session, without connecting yet.
     *
     * @param port ZooKeeper's loopback port
     */
    public Coordination(int port, AccessToken token, Duration sessionTimeout, InstanceRecord self) {
        this.client = CuratorFrameworkFactory.builder()
                .connectString("127.0.0.1:" + port)
                .sessionTimeoutMs((int) sessionTimeout.toMillis())
                .connectionTimeoutMs(CONNECTION_TIMEOUT_MILLIS)
                .retryPolicy(new RetryForever(RETRY_MILLIS))
                .authorization("digest", ("dcp:" + token.text()).getBytes(UTF_8))
                .aclProvider(new CreatorOnly())
                .build();
        this.membership = new Membership(client, "/dcp/instances", self);
        this.election = new Election(client, "/dcp/leader", self.name());
    }

    /**
     * Connects, joins the members and stands for election. Blocks until ZooKeeper answers.
     *
     * @throws Exception what Curator throws, among them {@link InterruptedException}
     */
    public void join() throws Exception {
        client.start();
        client.blockUntilConnected();
        membership.join();
        election.stand();
        joined.countDown();
    }

    /** Looks who leads and who is there, waiting for a join that is under way for the given time at most. */
    public View view(Duration patience) {
        try {
            long deadlineNs = System.nanoTime() + patience.toNanos();
            if (!joined.await(patience.toNanos(), TimeUnit.NANOSECONDS)
                    || !client.getZookeeperClient().isConnected()) {
                return View.NOTHING;
            }
            while (true) {
                View view = new View(election.leader(), membership.members());
                if ((view.leader() != null && !view.instances().isEmpty()) || System.nanoTime() > deadlineNs) {
                    return view;
                }
                // Joined a moment ago: the latch and the node are made in the background.
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return View.NOTHING;
        } catch (Exception e) {
            LOG.warn("zookeeper does not answer: {}", e.toString());
            return View.NOTHING;
        }
    }

    /** Leaves and ends the session, as far as ZooKeeper answers. */
    @Override
    public void close() {
        try (client) {
            if (client.getZookeeperClient().isConnected()) {
                election.close();
                membership.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("leaving zookeeper: {}", e.toString());
        }
    }

    private static final class CreatorOnly implements ACLProvider {
        @Override
        public List<ACL> getDefaultAcl() {
            return ZooDefs.Ids.CREATOR_ALL_ACL;
        }

        @Override
        public List<ACL> getAclForPath(String path) {
            return ZooDefs.Ids.CREATOR_ALL_ACL;
        }
    }
}
