package io.dcp.ipc.channel;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What each user holds of the agent. Safe from any thread. */
final class UserShares {
    private final ConcurrentHashMap<Integer, Share> shares = new ConcurrentHashMap<>();

    /** One user's. */
    static final class Share {
        /** Size of calls and replies held. */
        final AtomicLong bytes = new AtomicLong();

        /** Changed inside {@link ConcurrentHashMap#compute} alone. */
        private int connections;
    }

    /** Counts a connection in; returns null if the user has {@code limit} already. */
    Share enter(int uid, int limit) {
        boolean[] refused = {false};
        Share share = shares.compute(uid, (key, held) -> {
            Share counted = held == null ? new Share() : held;
            if (counted.connections >= limit) {
                refused[0] = true;
            } else {
                counted.connections++;
            }
            return counted;
        });
        return refused[0] ? null : share;
    }

    void leave(int uid) {
        shares.computeIfPresent(uid, (key, held) -> --held.connections == 0 ? null : held);
    }
}
