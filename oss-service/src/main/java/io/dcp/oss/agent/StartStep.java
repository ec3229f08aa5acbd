package io.dcp.oss.agent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A part that is being started on a thread of its own. */
final class StartStep<T extends AutoCloseable> {
    private static final Logger LOG = LoggerFactory.getLogger(StartStep.class);

    private final String name;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    private StartStep(String name) {
        this.name = name;
    }

    /** Begins; the name is what the log and an unforeseen failure call it. */
    static <T extends AutoCloseable> StartStep<T> begin(String name, Callable<T> work) {
        StartStep<T> step = new StartStep<>(name);
        Thread thread = new Thread(() -> step.run(work), "start-" + name);
        thread.setDaemon(true);
        thread.start();
        return step;
    }

    /** Waits for the part. */
    T await(Duration patience) throws StartRefusedException, InterruptedException {
        try {
            return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new StartRefusedException(name + " did not start within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StartRefusedException refused) {
                throw refused;
            }
            throw new StartRefusedException(name + " did not start: " + e.getCause(), e.getCause());
        }
    }

    /** Closes the part as soon as it is there; does not wait. */
    void abandon() {
        var unused = result.thenAccept(part -> {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {}: {}", name, e.toString());
            }
        });
    }

    private void run(Callable<T> work) {
        long beganNs = System.nanoTime();
        try {
            T part = work.call();
            LOG.info("{} started in {} ms", name, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
            result.complete(part);
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }
}
