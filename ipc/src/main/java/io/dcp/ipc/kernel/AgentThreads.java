package io.dcp.ipc.kernel;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the agent's worker threads. In Linux a new thread takes after its creator: credentials, affinity and the umask
 * and working directory that it would even share with it. These begin as the agent's own whoever makes them: its
 * credentials, every CPU, a umask and a working directory of their own. Daemons.
 */
public final class AgentThreads implements ThreadFactory {
    private static final Logger LOG = LoggerFactory.getLogger(AgentThreads.class);

    private final Kernel kernel;
    private final ThreadCredentials credentials;
    private final String prefix;
    private final AtomicInteger made = new AtomicInteger();

    /** Threads are named {@code prefix-1} and so on. */
    public AgentThreads(Kernel kernel, ThreadCredentials credentials, String prefix) {
        this.kernel = kernel;
        this.credentials = credentials;
        this.prefix = prefix;
    }

    @Override
    public Thread newThread(Runnable body) {
        Thread thread = new Thread(
                () -> {
                    begin();
                    body.run();
                },
                prefix + "-" + made.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    private void begin() {
        int own = credentials.assumeAgent();
        if (own < 0) {
            throw new IllegalStateException("thread cannot become the agent's: " + Errno.name(-own));
        }
        int fs = kernel.unshareFs();
        if (fs == 0 && credentials.returnToAgentRoot() < 0) {
            throw new IllegalStateException("thread cannot leave its creator's root directory");
        }
        int cpus = kernel.pinToCpus(0, 1);
        if (fs < 0 || cpus < 0) {
            LOG.warn("thread shares what its creator had: unshare {} affinity {}", fs, cpus);
        }
    }
}
