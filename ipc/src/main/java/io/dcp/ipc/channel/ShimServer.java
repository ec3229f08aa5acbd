package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's end of the channel: serves shims on listening sockets, one thread for each.
 *
 * <p>With n sockets, thread k is bound to the CPUs k, k + n, …: a shim that chooses socket {@code cpu % n} is answered
 * on its own CPU, where a wake-up costs a tenth of one across CPUs. Each thread has its own umask and working
 * directory.
 *
 * <p>{@link #start} and {@link #close} are for one thread.
 *
 * <p>Clients are not trusted: a packet that no shim sends, a sender whose ids differ from those of the connection's
 * Hello, and whoever exceeds {@link ShimLimits} is refused with a reason and closed; nothing a client does or leaves
 * undone blocks another.
 */
public final class ShimServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShimServer.class);

    private final List<Door> doors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    public ShimServer(int[] listenFds, CallHandler handler) {
        this(listenFds, handler, Kernel.system(), ShimLimits.DEFAULT);
    }

    /**
     * Prepares the sockets: they become non-blocking and pass credentials.
     *
     * @param listenFds listening {@code AF_UNIX SOCK_SEQPACKET} sockets; stay the caller's, who closes them after
     *     {@link #close}
     * @throws IllegalStateException if one of them is none, or descriptors have run out
     */
    public ShimServer(int[] listenFds, CallHandler handler, Kernel kernel, ShimLimits limits) {
        Sessions sessions = new Sessions(session -> {
            try {
                handler.sessionEnded(session);
            } catch (RuntimeException e) {
                LOG.error("end of session {} failed", Long.toHexString(session), e);
            }
        });
        UserShares shares = new UserShares();
        ClientLog log = new ClientLog(System::nanoTime);
        for (int k = 0; k < listenFds.length; k++) {
            doors.add(new Door(k, listenFds.length, listenFds[k], kernel, handler, limits, sessions, shares, log));
        }
    }

    /**
     * Starts the threads; they are daemons, named {@code shim-0} and so on. One that ends by an exception closes its
     * clients and is not replaced: set a default uncaught exception handler that ends the process.
     *
     * @throws IllegalStateException if started or closed before
     */
    public void start() {
        if (closed || !threads.isEmpty()) {
            throw new IllegalStateException("started before");
        }
        for (int k = 0; k < doors.size(); k++) {
            Thread thread = new Thread(doors.get(k), "shim-" + k);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /** Ends the threads and closes every connection; replies that come later are dropped. Not from a handler. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        doors.forEach(Door::stop);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        doors.forEach(Door::release);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
