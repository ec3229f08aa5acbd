package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which change each session completed last, so that a change that is asked for again, because its answer was lost with
 * an agent, is not made again. A session has one call under way at a time.
 */
final class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    private final Namespace namespace;
    private final ConcurrentHashMap<Long, Long> completed = new ConcurrentHashMap<>();

    Sessions(Namespace namespace) {
        this.namespace = namespace;
        namespace.sessions(completed::put);
    }

    /** Whether this very request was completed before. */
    boolean isCompleted(long session, long requestId) {
        Long last = completed.get(session);
        return last != null && last == requestId;
    }

    /** Adds the completion to a change; {@link #completed} follows when it is committed. */
    static void record(Change change, long session, long requestId) {
        if (session != 0) {
            change.completed(session, requestId);
        }
    }

    void completed(long session, long requestId) {
        if (session != 0) {
            completed.put(session, requestId);
        }
    }

    /** Forgets a session whose program is gone. */
    void ended(long session) {
        if (completed.remove(session) == null) {
            return;
        }
        try (Change change = namespace.change()) {
            change.ended(session);
            change.commit();
        } catch (IOException e) {
            log.warn("cannot forget a session, it stays until the next start: {}", e.getMessage());
        }
    }
}
