package io.dcp.oss.controller;

import io.dcp.oss.embedded.EmbeddedZooKeeper;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ZooKeeper and this instance's session with it, which start in the background: programs' calls need neither. */
public final class Controller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    private final EmbeddedZooKeeper zooKeeper;
    private final Coordination coordination;
    private final Thread starter = new Thread(this::startAll, "start-controller");

    /** Takes both over: the server is bound, the session not begun. */
    public Controller(EmbeddedZooKeeper zooKeeper, Coordination coordination) {
        this.zooKeeper = zooKeeper;
        this.coordination = coordination;
        this.starter.setDaemon(true);
    }

    /** Begins to start; does not wait. */
    public void start() {
        starter.start();
    }

    /** The server. */
    public EmbeddedZooKeeper zooKeeper() {
        return zooKeeper;
    }

    /** Looks who leads and who is there; waits for a start that is under way for the given time at most. */
    public Coordination.View view(Duration patience) {
        return coordination.view(patience);
    }

    /** Leaves and stops the server, also in the middle of the start. */
    @Override
    public void close() {
        starter.interrupt();
        try {
            starter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        coordination.close();
        zooKeeper.close();
    }

    private void startAll() {
        try {
            zooKeeper.serve();
        } catch (IOException e) {
            LOG.error("zookeeper does not start: {}; it is tried again", e.getMessage());
        }
        try {
            coordination.join();
            LOG.info("the controller started");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.error("the controller did not start", e);
        }
    }
}
