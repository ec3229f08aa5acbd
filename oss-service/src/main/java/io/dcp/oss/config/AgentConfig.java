package io.dcp.oss.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Everything that an agent is told when it starts.
 *
 * @param bootId names the boot of the machine; for tests, {@code DCP_BOOT_ID} gives another name, so that a loss of power
 *     can be played
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
        String bootId,
        boolean restarted) {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

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
                bootId(settings),
                "1".equals(environment.get("DCP_RESTARTED")));
    }

    private static String bootId(Settings settings) throws BadSettingException {
        if (settings.text("DCP_BOOT_ID").isPresent()) {
            return settings.text("DCP_BOOT_ID").get();
        }
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            throw new BadSettingException("cannot read " + BOOT_ID + ": " + e.getMessage());
        }
    }
}
