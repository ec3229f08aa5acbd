package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.kernel.Stat;
import java.util.concurrent.TimeUnit;

/**
 * A call that is being answered.
 *
 * @param mayBlock whether this thread may wait; if not, what has to wait throws {@link MustWait}
 * @param bases where the caller's relative paths begin; null before they are open
 * @param deadlineNanos on {@link System#nanoTime}: when the caller gives up
 */
record Request(Caller caller, FileCall call, boolean mayBlock, long deadlineNanos, Bases bases) {
    private static final int NO_DESCRIPTOR = -1;

    /** A call as it came. Negative numbers of descriptors stand for the agent's own ({@link At#agents}), never a caller's. */
    static Request of(Caller caller, FileCall call) {
        FileCall own = isOwn(call.directory()) ? call : call.with(false, NO_DESCRIPTOR, call.path());
        return new Request(
                caller,
                isOwn(call.directory2()) ? own : own.with(true, NO_DESCRIPTOR, call.path2()),
                false,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, call.deadlineMillis())),
                null);
    }

    private static boolean isOwn(int directory) {
        return directory >= 0 || directory == Stat.AT_FDCWD;
    }

    Request onWorker() {
        return new Request(caller, call, true, deadlineNanos, null);
    }

    /** The call with a path that begins at one of the agent's descriptors. */
    Request from(int fd, byte[] rest, boolean second) {
        return new Request(caller, call.with(second, At.agents(fd), rest), mayBlock, deadlineNanos, bases);
    }

    Request from(Bases where) {
        return new Request(caller, call, mayBlock, deadlineNanos, where);
    }

    /** A deadline for waiting that leaves time for the answer: the caller must hear an error before it gives up. */
    long waitUntilNanos() {
        long left = deadlineNanos - System.nanoTime();
        return System.nanoTime() + Math.max(0, left - Math.min(left / 10, TimeUnit.SECONDS.toNanos(2)));
    }

    /** Fails with {@link MustWait} unless this thread may wait. */
    void aboutToWait() {
        if (!mayBlock) {
            throw new MustWait();
        }
    }

    /** Thrown on a thread that must not block: the call is made again on one that may. */
    static final class MustWait extends RuntimeException {
        private static final long serialVersionUID = 1;

        MustWait() {
            super("this call has to wait", null, false, false);
        }
    }
}
