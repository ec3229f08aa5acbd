package io.dcp.oss.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigTest {
    @TempDir
    private Path home;

    private AgentConfig read(Map<String, String> settings) throws BadSettingException {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DCP_HOME", home.toString());
        environment.put("DCP_ROOT", "/dcp");
        return AgentConfig.read(environment);
    }

    @Test
    void shouldHaveDefaults() throws BadSettingException {
        AgentConfig config = read(Map.of());
        assertEquals(new HomeConfig(home, Path.of("/dcp"), home.resolve("mirror")), config.home());
        assertEquals(
                new ObjectStoreConfig(Optional.empty(), "dcp", "us-east-1", Optional.empty(), Optional.empty(), 0),
                config.objectStore());
        assertEquals(new ZooKeeperConfig(0), config.zooKeeper());
        assertEquals(new ControllerConfig(0, "local"), config.controller());
        assertEquals(new WriteBackConfig(1L << 30, Duration.ofSeconds(1), 4 << 20), config.writeBack());
        assertFalse(config.restarted());
    }

    @Test
    void shouldTakeEverySettingFromTheEnvironment() throws BadSettingException {
        AgentConfig config = read(Map.ofEntries(
                Map.entry("DCP_S3_ENDPOINT", "http://s3.test:9000"),
                Map.entry("DCP_S3_BUCKET", "my.bucket-1"),
                Map.entry("DCP_S3_REGION", "eu-west-1"),
                Map.entry("DCP_S3_ACCESS_KEY", "key"),
                Map.entry("DCP_S3_SECRET_KEY", "secret"),
                Map.entry("DCP_S3_PORT", "9001"),
                Map.entry("DCP_ZOOKEEPER_PORT", "2181"),
                Map.entry("DCP_HTTP_PORT", "8080"),
                Map.entry("DCP_INSTANCE", "one"),
                Map.entry("DCP_DIRTY_BYTES", "8M"),
                Map.entry("DCP_WRITE_BACK_DELAY_MS", "25"),
                Map.entry("DCP_CHUNK_BYTES", "128K"),
                Map.entry("DCP_RESTARTED", "1")));
        assertTrue(config.restarted());
        assertEquals(
                new ObjectStoreConfig(
                        Optional.of(URI.create("http://s3.test:9000")),
                        "my.bucket-1",
                        "eu-west-1",
                        Optional.of("key"),
                        Optional.of("secret"),
                        9001),
                config.objectStore());
        assertEquals(new ZooKeeperConfig(2181), config.zooKeeper());
        assertEquals(new ControllerConfig(8080, "one"), config.controller());
        assertEquals(new WriteBackConfig(8 << 20, Duration.ofMillis(25), 128 << 10), config.writeBack());
        assertFalse(config.objectStore().toString().contains("secret"));
    }

    @Test
    void shouldPreferTheEnvironmentToTheFile() throws BadSettingException, IOException {
        Files.writeString(home.resolve("dcp.properties"), "http.port=1111\nzookeeper.port = 2222 \n");
        AgentConfig config = read(Map.of("DCP_HTTP_PORT", "3333"));
        assertEquals(3333, config.controller().httpPort());
        assertEquals(2222, config.zooKeeper().port());
    }

    @Test
    void shouldTreatAnEmptyValueAsAbsent() throws BadSettingException {
        assertEquals(0, read(Map.of("DCP_HTTP_PORT", "")).controller().httpPort());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DCP_HTTP_PORT       | abc       | not a port number from 0 to 65535",
                "DCP_ZOOKEEPER_PORT  | 65536     | not a port number from 0 to 65535",
                "DCP_S3_PORT         | -1        | not a port number from 0 to 65535",
                "DCP_S3_ENDPOINT     | ftp://x   | not an address like http://host:port",
                "DCP_S3_ENDPOINT     | localhost | not an address like http://host:port",
                "DCP_S3_BUCKET       | Upper     | not a bucket name (3 to 63 of a-z 0-9 . -)",
                "DCP_INSTANCE        | a/b       | not a name (1 to 63 letters, digits and . _ -)",
                "DCP_DIRTY_BYTES     | 3x        | not a size from 1048576 to 1125899906842624 bytes",
                "DCP_DIRTY_BYTES     | 9999999T  | not a size from 1048576 to 1125899906842624 bytes",
                "DCP_CHUNK_BYTES     | 100000    | not a power of two",
                "DCP_WRITE_BACK_DELAY_MS | 1.5   | not a number from 0 to 3600000",
            })
    void shouldRefuseABadValueWithItsNameAndPlace(String name, String value, String reason) throws IOException {
        String inEnvironment = assertThrows(BadSettingException.class, () -> read(Map.of(name, value)))
                .getMessage();
        assertEquals(name + "=" + value + " in the environment: " + reason, inEnvironment);

        String key = name.substring(4).toLowerCase(Locale.ROOT).replace('_', '.');
        Path file = home.resolve("dcp.properties");
        Files.writeString(file, key + "=" + value + "\n");
        String inFile =
                assertThrows(BadSettingException.class, () -> read(Map.of())).getMessage();
        assertEquals(key + "=" + value + " in " + file + ": " + reason, inFile);
    }

    @Test
    void shouldRefuseAnEndpointWithoutAKey() {
        String line = assertThrows(BadSettingException.class, () -> read(Map.of("DCP_S3_ENDPOINT", "http://s3.test")))
                .getMessage();
        assertTrue(line.contains("DCP_S3_ACCESS_KEY and DCP_S3_SECRET_KEY are not"), line);
    }

    @Test
    void shouldRefuseHalfAKey() {
        String line = assertThrows(BadSettingException.class, () -> read(Map.of("DCP_S3_ACCESS_KEY", "k")))
                .getMessage();
        assertTrue(line.contains("must be given together"), line);
    }

    @Test
    void shouldRefuseAFileThatIsNoPropertiesFile() throws IOException {
        Files.writeString(home.resolve("dcp.properties"), "http.port=\\uZZZZ\n");
        String line =
                assertThrows(BadSettingException.class, () -> read(Map.of())).getMessage();
        assertTrue(line.startsWith("cannot read " + home.resolve("dcp.properties")), line);
    }

    @Test
    void shouldPutTheHomeBelowTheUsersOwn() {
        assertEquals(
                new HomeConfig(Path.of("/home/u/.dcp"), Path.of("/dcp"), Path.of("/home/u/.dcp/mirror")),
                HomeConfig.of(Map.of("HOME", "/home/u")));
    }
}
