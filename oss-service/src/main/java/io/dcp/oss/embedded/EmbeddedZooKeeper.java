package io.dcp.oss.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.PurgeTxnLog;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper server in this process, on loopback, with its data in a directory. Binding is separate from serving, so
 * that a taken port is known at once while the data may be read later.
 *
 * <p>What it keeps (membership, leadership) can be made anew, so it does not sync its log ({@code forceSync=no}, ten
 * times the rate), and a failure of it never ends the process: the server is started again, on the same port, until
 * that works. Data that it cannot start with, such as a loss of power may leave, are removed.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);

    private static final int TICK_MILLIS = 2_000;
    private static final int MAX_CLIENTS_PER_HOST = 1_000;
    private static final int MIN_SESSION_MILLIS = 500;
    private static final int SNAPSHOTS_KEPT = 3;
    private static final long REVIVE_PAUSE_MILLIS = 5_000;

    /** Where a server is in its life. */
    public enum Phase {
        /** The port is bound; connections are not answered yet. */
        BOUND,
        SERVING,
        /** It could not read or write its data; it is tried again. */
        FAILED,
        CLOSED
    }

    static {
        // Read by ZooKeeper's classes when they are loaded.
        System.setProperty("zookeeper.forceSync", "no");
        System.setProperty("zookeeper.admin.enableServer", "false");
        System.setProperty("zookeeper.preAllocSize", "64"); // KiB; by default every log takes 64 MiB of disk
        System.setProperty("zookeeper.nio.numSelectorThreads", "1");
        System.setProperty("zookeeper.nio.numWorkerThreads", "1");
        System.setProperty("zookeeper.maxCnxns", "2000");
    }

    private final Path directory;
    private final int port;
    private NIOServerCnxnFactory connections;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BOUND);

    private EmbeddedZooKeeper(Path directory, NIOServerCnxnFactory connections) {
        this.directory = directory;
        this.connections = connections;
        this.port = connections.getLocalPort();
    }

    /**
     * Takes the port, without reading any data yet.
     *
     * @param port the loopback port, 0 meaning any
     * @throws java.net.BindException if the port is taken
     * @throws IOException if the directory cannot be made
     */
    public static EmbeddedZooKeeper bind(Path directory, int port) throws IOException {
        Files.createDirectories(directory);
        return new EmbeddedZooKeeper(directory, listen(port));
    }

    /**
     * Reads the data and begins to answer. Blocks for the time that takes.
     *
     * @throws IOException if the data cannot be read or written; it is tried again in the background
     */
    public synchronized void serve() throws IOException {
        if (phase.get() != Phase.BOUND) {
            throw new IllegalStateException("zookeeper: phase=" + phase);
        }
        ServiceUtils.setSystemExitProcedure(code -> failed("asked to end the process with code " + code));
        try {
            startServer(Phase.BOUND);
        } catch (IOException e) {
            failed(e.getMessage());
            throw e;
        }
    }

    /** The loopback port. */
    public int port() {
        return port;
    }

    /** Where the server is in its life. */
    public Phase phase() {
        return phase.get();
    }

    /** Stops serving and lets go of the port. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (phase.getAndSet(Phase.CLOSED) != Phase.CLOSED) {
            connections.shutdown();
            notifyAll();
        }
    }

    private static NIOServerCnxnFactory listen(int port) throws IOException {
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        connections.configure(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), MAX_CLIENTS_PER_HOST, -1, false);
        return connections;
    }

    private void startServer(Phase before) throws IOException {
        File data = directory.toFile();
        try {
            connections.startup(new Server(new FileTxnSnapLog(data, data)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        }
        phase.compareAndSet(before, Phase.SERVING);
        try {
            PurgeTxnLog.purge(data, data, SNAPSHOTS_KEPT);
        } catch (IOException e) {
            LOG.warn("cannot remove old snapshots in {}: {}", directory, e.getMessage());
        }
    }

    /** Called by ZooKeeper's own threads too, for which {@link #close} may be waiting: takes no lock. */
    private void failed(String reason) {
        if (phase.compareAndSet(Phase.SERVING, Phase.FAILED) || phase.compareAndSet(Phase.BOUND, Phase.FAILED)) {
            LOG.error("zookeeper in {} failed: {}", directory, reason);
            Thread reviver = new Thread(this::revive, "zookeeper-reviver");
            reviver.setDaemon(true);
            reviver.start();
        }
    }

    private synchronized void revive() {
        try {
            while (phase.get() == Phase.FAILED) {
                wait(REVIVE_PAUSE_MILLIS);
                if (phase.get() == Phase.FAILED && tryAgain()) {
                    LOG.info("zookeeper in {} serves again", directory);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryAgain() {
        connections.shutdown();
        try {
            connections = listen(port);
            startServer(Phase.FAILED);
            return true;
        } catch (IOException e) {
            LOG.warn("zookeeper in {} still fails, it begins anew: {}", directory, e.getMessage());
            removeData();
            return false;
        }
    }

    private void removeData() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot remove the data of zookeeper in {}: {}", directory, e.toString());
        }
    }

    /** Tells us when one of its threads gives up, which a server that is not embedded ends the process for. */
    private final class Server extends ZooKeeperServer {
        Server(FileTxnSnapLog log) {
            super(log, TICK_MILLIS, "");
            // The embedded clients ask for 20 s; tests for less.
            setMinSessionTimeout(MIN_SESSION_MILLIS);
        }

        @Override
        protected void setState(ZooKeeperServer.State next) {
            super.setState(next);
            if (next == ZooKeeperServer.State.ERROR) {
                failed("a thread of the server gave up; see above");
            }
        }
    }
}
