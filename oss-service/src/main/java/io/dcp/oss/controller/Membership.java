package io.dcp.oss.controller;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which instances there are: each keeps an ephemeral node with its {@link InstanceRecord} as JSON, made again by itself
 * after a lost session.
 */
public final class Membership implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final CuratorFramework client;
    private final String directory;
    private final InstanceRecord self;
    private PersistentNode node;

    /**
     * Prepares membership of an instance.
     *
     * @param directory the path of the node that holds the instances' nodes
     */
    public Membership(CuratorFramework client, String directory, InstanceRecord self) {
        this.client = client;
        this.directory = directory;
        this.self = self;
    }

    /**
     * Makes this instance a member. A node of the same name is left over from an earlier agent of this instance, whose
     * session has not expired yet, and is removed.
     *
     * @throws Exception what Curator throws when ZooKeeper does not answer
     */
    public void join() throws Exception {
        String path = ZKPaths.makePath(directory, self.name());
        client.delete().quietly().forPath(path);
        node = new PersistentNode(client, CreateMode.EPHEMERAL, false, path, MAPPER.writeValueAsBytes(self), true);
        node.start();
    }

    /**
     * Asks for the members, by name.
     *
     * @throws Exception what Curator throws when ZooKeeper does not answer
     */
    public List<InstanceRecord> members() throws Exception {
        List<String> names;
        try {
            names = client.getChildren().forPath(directory);
        } catch (KeeperException.NoNodeException nobodyEver) {
            return List.of();
        }
        List<InstanceRecord> members = new ArrayList<>();
        for (String name : names) {
            try {
                byte[] data = client.getData().forPath(ZKPaths.makePath(directory, name));
                members.add(MAPPER.readValue(data, InstanceRecord.class));
            } catch (KeeperException.NoNodeException gone) {
                // It left between the two questions.
            } catch (JacksonException e) {
                members.add(new InstanceRecord(name, "?", 0, 0, "?"));
            }
        }
        members.sort(Comparator.comparing(InstanceRecord::name));
        return List.copyOf(members);
    }

    /** Leaves, if the node can be removed; else it goes with the session. */
    @Override
    public void close() throws IOException {
        if (node != null) {
            node.close();
        }
    }
}
