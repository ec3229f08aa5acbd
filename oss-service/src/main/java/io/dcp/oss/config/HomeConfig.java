package io.dcp.oss.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where a platform lives on this machine.
 *
 * @param home the directory with all its state, absolute
 * @param root the path at which programs see the tree, absolute
 * @param mirror the directory that is shown there: the root itself, or one in the home that is bound there; absolute
 */
public record HomeConfig(Path home, Path root, Path mirror) {

    /**
     * From {@code DCP_HOME} (default {@code ~/.dcp}), {@code DCP_ROOT} (default {@code /dcp}) and {@code DCP_MIRROR}
     * (default {@code mirror} in the home), environment only.
     */
    public static HomeConfig of(Map<String, String> environment) {
        Path user = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        Path home = path(environment, "DCP_HOME", user.resolve(".dcp"));
        return new HomeConfig(
                home,
                path(environment, "DCP_ROOT", Path.of("/dcp")),
                path(environment, "DCP_MIRROR", home.resolve("mirror")));
    }

    /** The file with settings that are not in the environment; it need not exist. */
    public Path settingsFile() {
        return home.resolve("dcp.properties");
    }

    /** The directory that programs, the supervisor and the agent meet in. */
    public Path run() {
        return home.resolve("run");
    }

    /** The journal and the base of the metadata. */
    public Path metadata() {
        return home.resolve("metadata");
    }

    /** The file in which the agent keeps what it is changing on the mirror. */
    public Path intents() {
        return home.resolve("intents");
    }

    /** The file whose time tells up to which commit the mirror is on the disk. */
    public Path mirrorMark() {
        return home.resolve("mirror-mark");
    }

    /** The embedded object store's directory. */
    public Path objects() {
        return home.resolve("objects");
    }

    /** The embedded ZooKeeper's snapshots and logs. */
    public Path zookeeper() {
        return home.resolve("zookeeper");
    }

    /** The bearer token of the HTTP API, readable by its owner only. */
    public Path token() {
        return home.resolve("token");
    }

    private static Path path(Map<String, String> environment, String name, Path fallback) {
        String given = environment.getOrDefault(name, "");
        return (given.isEmpty() ? fallback : Path.of(given)).toAbsolutePath().normalize();
    }
}
