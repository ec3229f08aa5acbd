package io.dcp.oss.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.HomeConfig;
import io.dcp.oss.controller.AccessToken;
import io.dcp.oss.controller.Controller;
import io.dcp.oss.controller.Coordination;
import io.dcp.oss.controller.HttpApi;
import io.dcp.oss.controller.InstanceRecord;
import io.dcp.oss.embedded.EmbeddedZooKeeper;
import io.dcp.storage.tier.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the parts of a platform, side by side where they allow it. Programs are told that the platform is ready when
 * all that can be refused has been checked: settings, home, ports, the metadata, the object store. Those that have been
 * there before (their agent was killed) are answered as soon as the tree is open.
 */
final class Startup {
    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    /** Shorter than the 30 s for which {@code dcp-run} waits for a start. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final Duration LONG = Duration.ofDays(1);

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(20);

    /** Opens the object store and checks that it can be used. */
    @FunctionalInterface
    interface ObjectStoreOpener {
        ObjectStorePart open(AgentConfig config) throws Exception;
    }

    /** An object store that is still being opened. */
    @FunctionalInterface
    interface ComingObjectStore {
        ObjectStorePart await() throws StartRefusedException, InterruptedException;
    }

    /** Opens the tree over an object store, calls on which may wait for it to come up. */
    @FunctionalInterface
    interface TreeOpener {
        Tree open(AgentConfig config, ObjectStore store) throws Exception;
    }

    /** Starts to answer programs by a tree; what it returns ends that. */
    @FunctionalInterface
    interface ShimListener {
        AutoCloseable listen(Tree tree) throws Exception;
    }

    /** How the parts are made that others write. */
    record Makers(ObjectStoreOpener objects, TreeOpener trees, ShimListener shims) {}

    /** A platform that serves, and its HTTP API. */
    record Started(Platform platform, HttpApi http) {}

    private final AgentConfig config;
    private final RunDirectory run;
    private final Clock clock;
    private final Makers makers;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    Startup(AgentConfig config, RunDirectory run, Clock clock, Makers makers) {
        this.config = config;
        this.run = run;
        this.clock = clock;
        this.makers = makers;
    }

    /**
     * Starts everything. What had been started when something is refused is closed again.
     *
     * @param beforeReady gets the platform when it serves, before anybody is told so
     */
    Started start(Consumer<Platform> beforeReady) throws StartRefusedException, InterruptedException {
        String startedAt = clock.instant().toString();
        prepareHome();
        StartStep<ObjectStorePart> objectsStep =
                StartStep.begin("the object store", () -> makers.objects().open(config));
        StartStep<Ports> portsStep = StartStep.begin("the controller's ports", this::takePorts);
        StartStep<Tree> treeStep = StartStep.begin("the tree", () -> makers.trees()
                .open(config, new AwaitedObjectStore(() -> objectsStep.await(PATIENCE))));
        try {
            Ports ports = portsStep.await(PATIENCE);
            // After a loss of power it compares the whole mirror: whoever waits sees that it goes on.
            Tree tree = treeStep.await(LONG);
            AutoCloseable service = listen(tree);
            opened.push(service);
            ObjectStorePart objects = objectsStep.await(PATIENCE);
            Controller controller = new Controller(
                    ports.zooKeeper(),
                    new Coordination(ports.zooKeeper().port(), ports.token(), SESSION_TIMEOUT, self(ports, startedAt)));
            opened.push(controller);
            Platform platform =
                    new Platform(config, run, new Platform.Parts(objects, tree, service, controller), startedAt);
            ports.http().serve(platform);
            beforeReady.accept(platform);
            publish(ports);
            // Programs need not wait for this, so it comes after everything they need.
            controller.start();
            return new Started(platform, ports.http());
        } catch (StartRefusedException | InterruptedException | RuntimeException e) {
            undo();
            treeStep.abandon();
            portsStep.abandon();
            objectsStep.abandon();
            throw e;
        }
    }

    private void prepareHome() throws StartRefusedException {
        HomeConfig home = config.home();
        try {
            Files.createDirectories(home.run());
            for (Path own : new Path[] {home.metadata(), home.objects(), home.zookeeper()}) {
                if (Files.notExists(own)) {
                    Files.createDirectory(
                            own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                }
            }
            // A read-only or a full disk is better met here than in the middle of everything.
            Path probe = home.home().resolve("probe.new");
            Files.write(probe, new byte[4096]);
            Files.delete(probe);
        } catch (IOException e) {
            throw new StartRefusedException(
                    "cannot write in the home directory " + home.home() + ": " + StartRefusedException.reason(e), e);
        }
    }

    private Ports takePorts() throws StartRefusedException {
        AccessToken token;
        try {
            token = AccessToken.readOrCreate(config.home().token());
        } catch (IOException e) {
            throw new StartRefusedException(
                    "cannot read or make the token " + config.home().token() + ": " + StartRefusedException.reason(e),
                    e);
        }
        HttpApi http;
        int httpPort = config.controller().httpPort();
        try {
            http = HttpApi.bind(httpPort, token);
        } catch (IOException e) {
            throw StartRefusedException.port("the HTTP API", httpPort, "DCP_HTTP_PORT", e);
        }
        int zooKeeperPort = config.zooKeeper().port();
        try {
            return new Ports(token, http, EmbeddedZooKeeper.bind(config.home().zookeeper(), zooKeeperPort));
        } catch (IOException e) {
            http.close();
            throw StartRefusedException.port("the embedded ZooKeeper", zooKeeperPort, "DCP_ZOOKEEPER_PORT", e);
        }
    }

    private AutoCloseable listen(Tree tree) throws StartRefusedException {
        try {
            return makers.shims().listen(tree);
        } catch (StartRefusedException e) {
            throw e;
        } catch (Exception e) {
            throw new StartRefusedException("cannot listen to programs: " + StartRefusedException.reason(e), e);
        }
    }

    private void publish(Ports ports) throws StartRefusedException {
        try {
            run.publishReady(ProcessHandle.current().pid(), ports.http().port());
        } catch (IOException e) {
            throw new StartRefusedException(
                    "cannot write in " + config.home().run() + ": " + StartRefusedException.reason(e), e);
        }
        new StartReserve(config.home().home()).keep();
    }

    private InstanceRecord self(Ports ports, String startedAt) {
        return new InstanceRecord(
                config.controller().instance(),
                hostName(),
                ProcessHandle.current().pid(),
                ports.http().port(),
                startedAt);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname"), US_ASCII)
                    .strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    private void undo() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.warn("closing after a refused start: {}", e.toString());
            }
        }
    }

    /** What is bound early, so that a taken port is known before anything is served. */
    private record Ports(AccessToken token, HttpApi http, EmbeddedZooKeeper zooKeeper) implements AutoCloseable {
        @Override
        public void close() {
            http.close();
            zooKeeper.close();
        }
    }
}
