package io.dcp.ipc.channel;

/** Sends the answer to one call. */
public interface Replier {
    /**
     * Answers the call; exactly once, from any thread, never blocking. A reply whose client has gone is dropped. Either
     * way the reply's descriptor is closed here.
     *
     * @throws IllegalStateException if the call was answered before
     */
    void reply(Reply reply);
}
