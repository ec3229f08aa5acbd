package io.dcp.oss.agent;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.ObjectStoreConfig;
import io.dcp.oss.embedded.EmbeddedObjectStore;
import io.dcp.storage.tier.ObjectStoreRefused;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import io.dcp.storage.tier.S3ObjectStore;
import io.dcp.storage.tier.S3Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;

/** Opens the object store that the settings name, and makes sure that it takes our key. */
final class ObjectStores {
    /** Bounds of the check at the start: it shall fail well before whoever waits for the start gives up. */
    private static final Duration CHECK_TIMEOUT = Duration.ofSeconds(4);

    private static final int CHECK_ATTEMPTS = 2;

    private ObjectStores() {}

    /**
     * Opens it.
     *
     * @throws StartRefusedException if it is away, or refuses the key or the bucket, or its port is taken
     */
    static ObjectStorePart open(AgentConfig config) throws StartRefusedException {
        ObjectStoreConfig store = config.objectStore();
        return store.endpoint().isPresent()
                ? external(store, store.endpoint().get(), config.restarted())
                : embedded(store, config.home().objects());
    }

    private static ObjectStorePart external(ObjectStoreConfig store, URI endpoint, boolean restarted)
            throws StartRefusedException {
        S3Settings settings = new S3Settings(
                endpoint,
                store.bucket(),
                store.region(),
                store.accessKey().orElseThrow(),
                store.secretKey().orElseThrow());
        if (restarted) {
            return new ObjectStorePart(endpoint.toString(), new S3ObjectStore(settings), null);
        }
        try (S3ObjectStore checked = new S3ObjectStore(settings.withTimeout(CHECK_TIMEOUT, CHECK_ATTEMPTS))) {
            check(checked, endpoint);
        }
        return new ObjectStorePart(endpoint.toString(), new S3ObjectStore(settings), null);
    }

    private static ObjectStorePart embedded(ObjectStoreConfig store, Path directory) throws StartRefusedException {
        String accessKey = store.accessKey().orElse("dcp");
        // Nobody else needs to know the key, so it is a new one each time; yet others reach the port, so there is one.
        String secretKey = store.secretKey().orElseGet(ObjectStores::random);
        EmbeddedObjectStore server;
        try {
            server = EmbeddedObjectStore.start(directory, store.embeddedPort(), accessKey, secretKey);
        } catch (IOException e) {
            throw StartRefusedException.isPortTaken(e)
                    ? StartRefusedException.port("the embedded object store", store.embeddedPort(), "DCP_S3_PORT", e)
                    : new StartRefusedException(StartRefusedException.reason(e), e);
        }
        S3Settings settings = server.settings(store.bucket());
        S3ObjectStore client = new S3ObjectStore(settings);
        try {
            check(client, settings.endpoint());
        } catch (StartRefusedException e) {
            client.close();
            server.close();
            throw e;
        }
        return new ObjectStorePart(settings.endpoint().toString(), client, server);
    }

    private static void check(S3ObjectStore client, URI endpoint) throws StartRefusedException {
        try {
            client.ensureReady();
        } catch (ObjectStoreRefused e) {
            throw new StartRefusedException("the object store at " + endpoint + " refuses: " + e.getMessage(), e);
        } catch (ObjectStoreUnavailable e) {
            throw new StartRefusedException(
                    "no answer from the object store at " + endpoint + ": " + e.getMessage(), e);
        }
    }

    private static String random() {
        try (InputStream source = Files.newInputStream(Path.of("/dev/urandom"))) {
            return HexFormat.of().formatHex(source.readNBytes(24));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
