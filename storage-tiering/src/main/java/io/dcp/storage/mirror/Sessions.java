package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which change each session completed last, so that a change that is asked for again, because its answer was lost with
 * an agent, is not made again. A session has one call under way at a time.
 */
final class Sessions {
    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    /** Longer than any program waits for an answer. */
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Namespace namespace;
    private final ConcurrentHashMap<Long, Completion> completed = new ConcurrentHashMap<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();

    /** A session's last change, completed when (steady clock, ns). */
    private record Completion(long requestId, long atNanos) {}

    /** A session without connections, since when (steady clock, ns). */
    private record Ended(long session, long atNanos) {}

    Sessions(Namespace namespace) {
        this.namespace = namespace;
        long now = System.nanoTime();
        namespace.sessions((session, requestId) -> {
            completed.put(session, new Completion(requestId, now));
            // Its program may be gone; if it is not, the session will have completed something later than this.
            ended.add(new Ended(session, now));
        });
    }

    /** Whether this very request was completed before. */
    boolean isCompleted(long session, long requestId) {
        Completion last = completed.get(session);
        return last != null && last.requestId() == requestId;
    }

    /** Adds the completion to a change; {@link #completed} follows when it is committed. */
    static void record(Change change, long session, long requestId) {
        if (session != 0) {
            change.completed(session, requestId);
        }
    }

    void completed(long session, long requestId) {
        if (session != 0) {
            completed.put(session, new Completion(requestId, System.nanoTime()));
        }
    }

    /** A session has no connection now. It may come back to ask again, so it is forgotten only after a while. */
    void ended(long session) {
        endedAt(session, System.nanoTime());
    }

    synchronized void endedAt(long session, long nowNanos) {
        if (completed.containsKey(session)) {
            ended.add(new Ended(session, nowNanos));
        }
        if (ended.isEmpty() || nowNanos - ended.peek().atNanos() < KEPT_NANOS) {
            return;
        }
        try (Change change = namespace.change()) {
            while (!ended.isEmpty() && nowNanos - ended.peek().atNanos() >= KEPT_NANOS) {
                long gone = ended.remove().session();
                Completion last = completed.get(gone);
                if (last != null && nowNanos - last.atNanos() >= KEPT_NANOS && completed.remove(gone, last)) {
                    change.ended(gone);
                }
            }
            change.commit();
        } catch (IOException e) {
            log.warn("cannot forget sessions, they stay until the next start: {}", e.getMessage());
        }
    }
}
