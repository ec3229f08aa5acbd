package io.dcp.oss.embedded;

import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreContract;
import io.dcp.storage.tier.S3ObjectStore;
import io.dcp.storage.tier.S3Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** The contract on LocalStack's S3, where a container engine is there. */
@EnabledIf(value = "hasContainerEngine", disabledReason = "no container engine")
class LocalStackObjectStoreTest extends ObjectStoreContract {
    private static final DockerImageName IMAGE = DockerImageName.parse("localstack/localstack:4.7.0");

    private static LocalStackContainer container;
    private static S3ObjectStore store;

    @BeforeAll
    static void start() {
        container = new LocalStackContainer(IMAGE).withServices(LocalStackContainer.Service.S3);
        container.start();
        store = new S3ObjectStore(new S3Settings(
                container.getEndpointOverride(LocalStackContainer.Service.S3),
                "dcp-test",
                container.getRegion(),
                container.getAccessKey(),
                container.getSecretKey()));
        store.ensureReady();
    }

    @AfterAll
    static void stop() {
        if (store != null) {
            store.close();
        }
        if (container != null) {
            container.stop();
        }
    }

    @BeforeEach
    void empty() {
        store.list("", object -> {
            store.delete(object.key());
            return true;
        });
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    /** Asks the engine only if something says that there is one: looking for it in vain takes long. */
    static boolean hasContainerEngine() {
        boolean mayBe = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        return mayBe && DockerClientFactory.instance().isDockerAvailable();
    }
}
