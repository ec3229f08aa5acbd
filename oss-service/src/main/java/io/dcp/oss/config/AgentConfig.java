package io.dcp.oss.config;

import java.util.Map;

/**
 * Everything that an agent is told when it starts.
 *
 * @param restarted whether an agent of this platform served before and this one takes its place: then an object store
 *     that is away is not a reason to refuse, for programs can go on without it ({@code DCP_RESTARTED=1}, environment
 *     only, by the supervisor)
 */
public record AgentConfig(
        HomeConfig home,
        ObjectStoreConfig objectStore,
        ZooKeeperConfig zooKeeper,
        ControllerConfig controller,
        WriteBackConfig writeBack,
        boolean restarted) {

    /**
     * Reads the environment and the settings file of the home it names.
     *
     * @throws BadSettingException if a value cannot be used
     */
    public static AgentConfig read(Map<String, String> environment) throws BadSettingException {
        HomeConfig home = HomeConfig.of(environment);
        Settings settings = Settings.read(environment, home.settingsFile());
        return new AgentConfig(
                home,
                ObjectStoreConfig.of(settings),
                ZooKeeperConfig.of(settings),
                ControllerConfig.of(settings),
                WriteBackConfig.of(settings),
                "1".equals(environment.get("DCP_RESTARTED")));
    }
}
