package io.dcp.ipc.channel;

/** What answers the calls of programs. */
public interface CallHandler {
    /**
     * Takes one call. Runs on the pinned thread of the caller's connection, which has its own umask and working
     * directory; several run at once. Must not block: what takes long is handed to another thread, which replies later.
     * A call is answered with EIO if this throws before it is answered.
     */
    void handle(Caller caller, FileCall call, Replier replier);

    /**
     * Tells that the last connection of a session closed; calls of it may still be running, their replies are dropped.
     * The session may come back with a new connection. Runs on a pinned thread; must not block.
     */
    void sessionEnded(long session);
}
