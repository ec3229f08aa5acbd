package io.dcp.oss.agent;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.BadSettingException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** A platform in a directory, with a fake object store and a fake tree; everything else is real. */
final class Fixture implements AutoCloseable {
    final FakeObjectStore store = new FakeObjectStore();
    final FakeTree tree = new FakeTree();
    final Map<String, String> environment = new HashMap<>();
    final Path home;
    volatile boolean listening;
    private Startup.Started started;

    Fixture(Path home) {
        this.home = home;
        environment.put("DCP_HOME", home.toString());
        environment.put("DCP_ROOT", "/dcp");
    }

    Startup.Started start() throws StartRefusedException, BadSettingException, InterruptedException {
        AgentConfig config = AgentConfig.read(environment);
        started = new Startup(
                        config,
                        new RunDirectory(config.home().run()),
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                        new Startup.Makers(
                                ignored -> new ObjectStorePart("http://store.test", store, null),
                                (ignored, objects) -> tree,
                                ignored -> {
                                    listening = true;
                                    return () -> listening = false;
                                }))
                .start(platform -> {});
        return started;
    }

    @Override
    public void close() {
        if (started != null) {
            started.platform().close();
            started.http().close();
        }
    }
}
