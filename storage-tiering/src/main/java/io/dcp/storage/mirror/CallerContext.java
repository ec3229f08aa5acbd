package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.ThreadCredentials;
import java.io.IOException;

/**
 * Whose calls a thread makes: credentials and umask. A thread that uses this must have its own file system attributes
 * (unshare(CLONE_FS)), or umasks would mix.
 */
final class CallerContext {
    private final Kernel kernel;
    private final ThreadCredentials credentials;
    private final ThreadLocal<int[]> umask = ThreadLocal.withInitial(() -> new int[] {-1});

    /** Work that is done for a caller. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    CallerContext(Kernel kernel) {
        this.kernel = kernel;
        this.credentials = new ThreadCredentials(kernel);
    }

    ThreadCredentials credentials() {
        return credentials;
    }

    /** Acts as the caller from now on; 0 or a negative errno if this agent may not. */
    int assume(Caller caller) {
        int rootOf = caller.ownRoot() ? caller.pid() : 0;
        return credentials.assume(caller.uid(), caller.gid(), caller.groups(), caller.capabilities(), rootOf);
    }

    /** Acts as the agent from now on. */
    void assumeAgent() {
        int done = credentials.assumeAgent();
        if (done < 0) {
            throw new IllegalStateException("cannot act as the agent again: error=" + Errno.name(-done));
        }
    }

    /** Does something as the agent and goes on as the caller; still the agent if this throws. */
    <T> T asAgent(Caller caller, Work<T> work) throws IOException {
        assumeAgent();
        return thenAsCaller(caller, work);
    }

    /** As {@link #asAgent}, with absolute paths as the caller means them. */
    <T> T asAgentInCallersRoot(Caller caller, Work<T> work) throws IOException {
        int done = credentials.assumeAgentInRoot();
        if (done < 0) {
            throw new IllegalStateException("cannot act as the agent again: error=" + Errno.name(-done));
        }
        return thenAsCaller(caller, work);
    }

    private <T> T thenAsCaller(Caller caller, Work<T> work) throws IOException {
        T result = work.run();
        int back = assume(caller);
        if (back < 0) {
            throw new IOException("cannot act for the caller again: error=" + Errno.name(-back));
        }
        return result;
    }

    void umask(int mask) {
        int[] now = umask.get();
        if (now[0] != mask) {
            kernel.umask(mask);
            now[0] = mask;
        }
    }
}
