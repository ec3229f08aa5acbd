package io.dcp.oss.agent;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.BadSettingException;
import io.dcp.oss.config.HomeConfig;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Checks the tree of a platform that is down, in this process: finishes what its last agent left, as a start would, and
 * looks. What is repaired is sent to the object store by the next start.
 */
public final class OfflineCheck {
    private static final int REGION_BYTES = 4096;

    private OfflineCheck() {}

    /**
     * Checks.
     *
     * @throws IOException if the platform runs after all, or something cannot be opened or read
     */
    public static CheckReport run(Map<String, String> environment, CheckOptions options) throws IOException {
        HomeConfig home = HomeConfig.of(environment);
        if (Files.notExists(home.metadata())) {
            throw new IOException("there is no tree in " + home.home());
        }
        // The mirror is not bound at the tree's path while nothing runs.
        Map<String, String> unbound = new HashMap<>(environment);
        unbound.put("DCP_ROOT", mirrorOf(home).toString());
        try {
            AgentConfig config = AgentConfig.read(unbound);
            Path region = config.home().run().resolve("region");
            if (Files.notExists(region)) {
                Files.createDirectories(config.home().run());
                Files.write(region, new byte[REGION_BYTES]);
            }
            try (ObjectStorePart objects = ObjectStores.open(config);
                    Tree tree = MirroredTree.openIdle(config, new AwaitedObjectStore(() -> objects))) {
                return tree.check(options, home.home());
            }
        } catch (BadSettingException | StartRefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** As root the mirror is in the home; without root the directory at the tree's path is the mirror. */
    private static Path mirrorOf(HomeConfig home) {
        return Files.isDirectory(home.mirror()) ? home.mirror() : home.root();
    }
}
