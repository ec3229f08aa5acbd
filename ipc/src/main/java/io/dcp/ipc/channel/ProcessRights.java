package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import io.dcp.ipc.kernel.ThreadCredentials;
import java.nio.charset.StandardCharsets;

/**
 * What the kernel tells of a process beyond its ids: capabilities, and whether its root directory is the agent's. Asked
 * when a program says Hello; a change of either makes a shim connect again. Three system calls. One thread, as the agent.
 */
final class ProcessRights {
    private final Kernel kernel;
    private final boolean actsForOthers;
    private final long own;
    private final Statx seen = new Statx();
    private final long userNamespace;
    private final long root;
    private final long rootMount;

    ProcessRights(Kernel kernel) {
        this.kernel = kernel;
        this.actsForOthers = kernel.geteuid() == 0;
        this.own = Math.max(0, kernel.effectiveCapabilities(0));
        this.userNamespace = ask("/proc/self/ns/user") ? seen.ino() : 0;
        boolean rooted = ask("/");
        this.root = rooted ? seen.ino() : 0;
        this.rootMount = rooted ? seen.mntId() : 0;
    }

    private boolean ask(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.US_ASCII);
        return kernel.statx(Stat.AT_FDCWD, bytes, 0, Stat.STATX_BASIC_STATS | Stat.STATX_MNT_ID, seen) == 0;
    }

    /**
     * The effective capabilities of a process's thread, {@link ThreadCredentials#ALL_CAPABILITIES} if they are all that
     * the agent has. None if it is in a user namespace of its own: there they are for what belongs to that namespace.
     *
     * @param thread as its program calls it, 0 for its first
     */
    long capabilities(int pid, int thread) {
        if (!actsForOthers) {
            return 0;
        }
        boolean isItsOwn = thread > 0 && ask("/proc/" + pid + "/task/" + thread);
        long held = kernel.effectiveCapabilities(isItsOwn ? thread : pid) & own;
        if (held <= 0 || !ask("/proc/" + pid + "/ns/user") || seen.ino() != userNamespace) {
            return 0;
        }
        return held == own ? ThreadCredentials.ALL_CAPABILITIES : held;
    }

    /** Whether a process has another root directory than the agent. */
    boolean hasOwnRoot(int pid) {
        return ask("/proc/" + pid + "/root") && (seen.ino() != root || seen.mntId() != rootMount);
    }
}
