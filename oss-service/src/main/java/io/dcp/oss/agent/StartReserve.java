package io.dcp.oss.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that keeps space for the small files that a start writes ({@code run/}, native libraries). The supervisor removes
 * it before it starts an agent on a full disk; the agent makes it again when it serves.
 */
final class StartReserve {
    private static final Logger LOG = LoggerFactory.getLogger(StartReserve.class);
    private static final int BYTES = 2 << 20;
    private static final int LEAST_BYTES = 64 << 10;

    private final Path file;

    StartReserve(Path home) {
        this.file = home.resolve("reserve");
    }

    /** Takes as much of the space as there is, if it was given up. */
    void keep() {
        Path draft = file.resolveSibling("reserve.new");
        for (int bytes = BYTES; Files.notExists(file) && bytes >= LEAST_BYTES; bytes /= 2) {
            try {
                Files.write(draft, new byte[bytes]);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                LOG.debug("no {} bytes to keep for a start: {}", bytes, e.toString());
                remove(draft);
            }
        }
    }

    private static void remove(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", draft, e.toString());
        }
    }
}
