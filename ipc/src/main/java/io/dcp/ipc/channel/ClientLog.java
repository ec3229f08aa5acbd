package io.dcp.ipc.channel;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log of what clients do wrong; says at most so much a second, so that a client cannot fill the disk. Thread-safe. */
final class ClientLog {
    private static final Logger LOG = LoggerFactory.getLogger(ClientLog.class);
    private static final int LINES_A_SECOND = 10;
    private static final long SECOND_NS = 1_000_000_000L;

    private final LongSupplier clockNs;
    private long secondNs;
    private int lines;
    private long unsaid;

    /** {@code clockNs} is monotonic, as {@link System#nanoTime}. */
    ClientLog(LongSupplier clockNs) {
        this.clockNs = clockNs;
        this.secondNs = clockNs.getAsLong();
    }

    /** Logs a line, unless too many were logged in this second; returns whether it did. */
    synchronized boolean say(int uid, String what) {
        long now = clockNs.getAsLong();
        if (now - secondNs >= SECOND_NS) {
            if (unsaid > 0) {
                LOG.info("{} more of this kind were not logged", unsaid);
            }
            secondNs = now;
            lines = 0;
            unsaid = 0;
        }
        if (lines >= LINES_A_SECOND) {
            unsaid++;
            return false;
        }
        lines++;
        LOG.info("client of user {}: {}", uid, what);
        return true;
    }
}
