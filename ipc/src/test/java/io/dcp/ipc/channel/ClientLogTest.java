package io.dcp.ipc.channel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientLogTest {
    @Test
    void shouldFallSilentUntilTheNextSecond() {
        AtomicLong clock = new AtomicLong(5);
        ClientLog log = new ClientLog(clock::get);
        for (int i = 0; i < 10; i++) {
            assertTrue(log.say(0, "line"));
        }
        assertFalse(log.say(0, "line"));
        clock.addAndGet(1_000_000_000L);
        assertTrue(log.say(0, "line"));
    }
}
