package io.dcp.oss.agent;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.controller.Administration;
import io.dcp.oss.controller.Controller;
import io.dcp.oss.controller.Coordination;
import io.dcp.oss.controller.DownRefusedException;
import io.dcp.oss.controller.DownReport;
import io.dcp.oss.controller.PlatformStatus;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A platform whose parts have all been started: tells how they are, and ends them in an order in which nothing that was
 * acknowledged is lost.
 *
 * <p>Life: {@code SERVING → DRAINING → CLOSED}, and from {@code DRAINING} back to {@code SERVING} when going down is
 * refused. Only one caller at a time can be taking the platform down.
 */
final class Platform implements Administration, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);

    /** The bound on uploading everything before the cache is dropped. */
    private static final Duration DRAIN_BOUND = Duration.ofMinutes(30);

    /** The bound on uploading what came in during that. */
    private static final Duration LAST_DRAIN_BOUND = Duration.ofMinutes(2);

    /** How long a status may wait for the coordination that starts in the background. */
    private static final Duration COORDINATION_PATIENCE = Duration.ofSeconds(2);

    private enum State {
        SERVING,
        DRAINING,
        CLOSED
    }

    /**
     * The parts; the platform owns them from now on.
     *
     * @param shims what answers programs; closing it ends that
     */
    record Parts(ObjectStorePart objects, Tree tree, AutoCloseable shims, Controller controller) {}

    private final AgentConfig config;
    private final RunDirectory run;
    private final Parts parts;
    private final String startedAt;
    private final CountDownLatch left = new CountDownLatch(1);
    private State state = State.SERVING;

    Platform(AgentConfig config, RunDirectory run, Parts parts, String startedAt) {
        this.config = config;
        this.run = run;
        this.parts = parts;
        this.startedAt = startedAt;
    }

    @Override
    public PlatformStatus status() {
        String storeError;
        try {
            storeError = parts.objects().probe();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            storeError = "interrupted";
        }
        Coordination.View view = parts.controller().view(COORDINATION_PATIENCE);
        var supervisor = run.supervisorPid();
        return new PlatformStatus(
                config.home().home().toString(),
                config.home().root().toString(),
                new PlatformStatus.Agent(ProcessHandle.current().pid(), startedAt, serving()),
                new PlatformStatus.Supervisor(supervisor.isPresent() ? supervisor.getAsLong() : null),
                new PlatformStatus.ObjectStore(
                        parts.objects().endpoint(),
                        config.objectStore().bucket(),
                        parts.objects().embedded(),
                        storeError == null,
                        storeError),
                new PlatformStatus.ZooKeeper(
                        parts.controller().zooKeeper().port(),
                        parts.controller().zooKeeper().phase().name().toLowerCase(Locale.ROOT)),
                view.leader(),
                view.instances(),
                parts.tree().dirtyBytes(),
                parts.tree().dirtyFiles(),
                parts.tree().cold(),
                parts.tree().writeBackError());
    }

    @Override
    public DownReport down(boolean dropCache) throws DownRefusedException {
        become(State.SERVING, State.DRAINING);
        if (dropCache) {
            try {
                drainWhileServing();
            } catch (DownRefusedException | RuntimeException e) {
                become(State.DRAINING, State.SERVING);
                throw e;
            }
        }
        return finish(dropCache);
    }

    @Override
    public CheckReport check(CheckOptions options) throws IOException {
        return parts.tree().check(options, config.home().home());
    }

    @Override
    public void leave() {
        left.countDown();
    }

    /** Waits until the process may end. */
    void awaitLeave() throws InterruptedException {
        left.await();
    }

    /** Goes down without dropping anything, if that has not been done or begun. */
    @Override
    public void close() {
        try {
            become(State.SERVING, State.DRAINING);
        } catch (DownRefusedException e) {
            return;
        }
        finish(false);
    }

    private void drainWhileServing() throws DownRefusedException {
        try {
            String error = parts.objects().probe();
            if (error == null) {
                parts.tree().drain(DRAIN_BOUND);
                return;
            }
            throw new DownRefusedException("the object store at "
                    + parts.objects().endpoint() + " cannot take what is not in it yet (" + error
                    + "): the cache is kept and the platform stays up");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DownRefusedException("interrupted: the platform stays up");
        } catch (IOException e) {
            throw new DownRefusedException("not everything could be brought into the object store ("
                    + StartRefusedException.reason(e) + "): the cache is kept and the platform stays up");
        }
    }

    private DownReport finish(boolean dropCache) {
        List<String> problems = new ArrayList<>();
        attempt(problems, "taking back run/ready", run::withdrawReady);
        attempt(problems, "ending service to programs", parts.shims());
        boolean dropped = false;
        if (dropCache) {
            // A program may have changed something between the first drain and the end of service.
            dropped = attempt(problems, "dropping the cache", () -> {
                parts.tree().drain(LAST_DRAIN_BOUND);
                parts.objects().sync();
                parts.tree().dropCache();
            });
        }
        long dirtyBytes = parts.tree().dirtyBytes();
        attempt(problems, "closing the tree", parts.tree());
        attempt(problems, "leaving the controller", parts.controller());
        attempt(problems, "closing the object store", parts.objects());
        synchronized (this) {
            state = State.CLOSED;
        }
        LOG.info("down; dirty bytes left on the mirror: {}", dirtyBytes);
        return new DownReport(dropped, dirtyBytes, problems.isEmpty() ? null : String.join("; ", problems));
    }

    private static boolean attempt(List<String> problems, String what, AutoCloseable work) {
        try {
            work.close();
            return true;
        } catch (Exception e) {
            LOG.error("{}", what, e);
            problems.add(what + ": " + StartRefusedException.reason(e));
            return false;
        }
    }

    private synchronized boolean serving() {
        return state == State.SERVING;
    }

    private synchronized void become(State from, State to) throws DownRefusedException {
        if (state != from) {
            throw new DownRefusedException("the platform is going down already");
        }
        state = to;
    }
}
