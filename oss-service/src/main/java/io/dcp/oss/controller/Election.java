package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.KeeperException;

/** Which of the instances leads: at most one, by Curator's leader latch. */
public final class Election implements AutoCloseable {
    private final CuratorFramework client;
    private final String directory;
    private final String name;
    private final LeaderLatch latch;

    /**
     * Prepares the candidacy of an instance.
     *
     * @param directory the path of the node that holds the candidates' nodes
     */
    public Election(CuratorFramework client, String directory, String name) {
        this.client = client;
        this.directory = directory;
        this.name = name;
        this.latch = new LeaderLatch(client, directory, name);
    }

    /**
     * Stands for election. A candidate of the same name is left over from an earlier agent of this instance; it is
     * removed, or nobody would lead until its session expires.
     *
     * @throws Exception what Curator throws when ZooKeeper does not answer
     */
    public void stand() throws Exception {
        List<String> candidates;
        try {
            candidates = client.getChildren().forPath(directory);
        } catch (KeeperException.NoNodeException nobodyEver) {
            candidates = List.of();
        }
        for (String candidate : candidates) {
            String path = ZKPaths.makePath(directory, candidate);
            if (name.equals(new String(client.getData().forPath(path), UTF_8))) {
                client.delete().quietly().forPath(path);
            }
        }
        latch.start();
    }

    /** Whether this instance leads, as far as it knows. */
    public boolean leading() {
        return latch.hasLeadership();
    }

    /**
     * Asks for the leader's name; null while there is none.
     *
     * @throws Exception what Curator throws when ZooKeeper does not answer
     */
    public String leader() throws Exception {
        String leader = latch.getLeader().getId();
        return leader.isEmpty() ? null : leader;
    }

    /** Steps down. */
    @Override
    public void close() throws IOException {
        if (latch.getState() == LeaderLatch.State.STARTED) {
            latch.close();
        }
    }
}
