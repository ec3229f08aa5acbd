package io.dcp.oss.config;

/**
 * The embedded ZooKeeper.
 *
 * @param port its loopback port, 0 meaning any
 */
public record ZooKeeperConfig(int port) {
    static ZooKeeperConfig of(Settings settings) throws BadSettingException {
        return new ZooKeeperConfig(settings.port("DCP_ZOOKEEPER_PORT", 0));
    }
}
