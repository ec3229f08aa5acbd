package io.dcp.oss.controller;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The answer to {@code GET /status}. Field names are part of the API.
 *
 * @param home the home directory
 * @param root the path at which programs see the tree
 * @param leader the instance that leads, or null while there is none
 * @param dirtyBytes contents that are not in the object store yet
 * @param dirtyFiles how many files these are of
 * @param coldTree whether names or contents are missing on the mirror
 * @param writeBackError why contents cannot be uploaded at present, or null
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PlatformStatus(
        String home,
        String root,
        Agent agent,
        Supervisor supervisor,
        ObjectStore objectStore,
        ZooKeeper zookeeper,
        String leader,
        List<InstanceRecord> instances,
        long dirtyBytes,
        int dirtyFiles,
        boolean coldTree,
        String writeBackError) {

    /**
     * The agent.
     *
     * @param startedAt ISO 8601 in UTC
     * @param serving whether programs' calls are answered
     */
    public record Agent(long pid, String startedAt, boolean serving) {}

    /**
     * The supervisor.
     *
     * @param pid null when the agent was started without one
     */
    public record Supervisor(Long pid) {}

    /**
     * The object store.
     *
     * @param endpoint its address
     * @param embedded whether it runs in the agent
     * @param reachable whether it answered within two seconds just now
     * @param lastError why it did not, else null
     */
    public record ObjectStore(String endpoint, String bucket, boolean embedded, boolean reachable, String lastError) {}

    /**
     * The embedded ZooKeeper.
     *
     * @param state bound, serving, failed or closed
     */
    public record ZooKeeper(int port, String state) {}
}
