package io.dcp.ipc.channel;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/** How many connections each session has. Safe from any thread. */
final class Sessions {
    private final ConcurrentHashMap<Long, Integer> connections = new ConcurrentHashMap<>();
    private final LongConsumer ended;

    /** {@code ended} is told the session whose last connection left, before that session can enter again. */
    Sessions(LongConsumer ended) {
        this.ended = ended;
    }

    void enter(long session) {
        connections.merge(session, 1, Integer::sum);
    }

    void leave(long session) {
        connections.computeIfPresent(session, (key, count) -> {
            if (count > 1) {
                return count - 1;
            }
            ended.accept(key);
            return null;
        });
    }
}
