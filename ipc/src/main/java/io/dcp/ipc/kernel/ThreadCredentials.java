package io.dcp.ipc.kernel;

import java.util.Arrays;

/**
 * Under whose credentials the calling thread's file calls are made. While a thread has assumed another user, the kernel
 * decides as it would for that user: file system ids and supplementary groups are the user's, and of the agent's
 * capabilities only those needed to return, and to look into {@code /proc} of the caller, stay effective. (A thread
 * that keeps the others could set {@code trusted.*} and {@code security.capability} attributes, or use reserved blocks,
 * for a user who may not.)
 *
 * <p>One object serves all threads; each thread's state is its own. A pooled thread keeps what it assumed: call {@link
 * #assumeAgent} when done, or {@link #assume} before every use. A change of user costs several system calls that
 * allocate (5 to 15 µs there and back), so a thread that serves one user for long should stay that user. A new thread
 * has what its creator had assumed at that moment: make threads by {@link AgentThreads}, or call {@link #assumeAgent}
 * first.
 */
public final class ThreadCredentials {
    private static final long CAP_SETGID = 1L << 6;
    private static final long CAP_SETUID = 1L << 7;
    private static final long CAP_SYS_PTRACE = 1L << 19;
    private static final long ALL = -1L;

    private final Kernel kernel;
    private final int agentUid;
    private final int agentGid;
    private final ThreadLocal<State> states;

    /** What a thread has assumed. */
    private static final class State {
        int uid;
        int gid;
        /** Null: the agent's own. */
        int[] groups;

        boolean lowered;

        /** A new thread has its creator's, and a step may fail halfway: nothing above can be trusted. */
        boolean unknown = true;
    }

    public ThreadCredentials(Kernel kernel) {
        this.kernel = kernel;
        this.agentUid = kernel.geteuid();
        this.agentGid = kernel.getegid();
        this.states = ThreadLocal.withInitial(() -> {
            State state = new State();
            state.uid = agentUid;
            state.gid = agentGid;
            // A new thread has what its creator had assumed at that moment.
            state.lowered = true;
            state.unknown = true;
            return state;
        });
    }

    /**
     * Makes this thread's file calls those of another user; no system call if they already are. An agent that is not
     * root serves its own user only, with its own groups.
     *
     * @param groups supplementary groups; not copied, must not be changed later
     * @return 0, or -EPERM if this agent may not act for that user; then no file call may be made for them, and the
     *     thread must not be used for others until a call of this or {@link #assumeAgent} has succeeded
     */
    public int assume(int uid, int gid, int[] groups) {
        State state = states.get();
        if (state.uid == uid && state.gid == gid && !state.unknown && sameGroups(state.groups, groups)) {
            return 0;
        }
        if (agentUid != 0) {
            return uid == agentUid ? 0 : -Errno.EPERM;
        }
        boolean lowered = state.lowered && !state.unknown;
        state.unknown = true;
        if (!sameGroups(state.groups, groups)) {
            int done = kernel.setgroups(groups);
            if (done < 0) {
                return done;
            }
            state.groups = groups;
        }
        int done = changeIds(uid, gid);
        if (done < 0) {
            return done;
        }
        boolean lower = uid != 0;
        if (lower && !lowered) {
            done = kernel.setEffectiveCapabilities(CAP_SETGID | CAP_SETUID | CAP_SYS_PTRACE);
        } else if (!lower) {
            done = kernel.setEffectiveCapabilities(ALL);
        }
        if (done < 0) {
            return done;
        }
        state.lowered = lower;
        state.uid = uid;
        state.gid = gid;
        state.unknown = false;
        return 0;
    }

    /**
     * Makes this thread's file calls the agent's own again; its supplementary groups stay, they give root nothing.
     *
     * @return 0, or a negative errno, which nothing but a defect causes
     */
    public int assumeAgent() {
        State state = states.get();
        if (agentUid != 0 || (state.uid == agentUid && state.gid == agentGid && !state.unknown)) {
            return 0;
        }
        state.unknown = true;
        int done = changeIds(agentUid, agentGid);
        if (done < 0) {
            return done;
        }
        done = kernel.setEffectiveCapabilities(ALL);
        if (done < 0) {
            return done;
        }
        state.lowered = false;
        state.uid = agentUid;
        state.gid = agentGid;
        state.unknown = false;
        return 0;
    }

    /** Something that is done under the agent's credentials. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /**
     * Does something as the agent, then goes back to whom this thread had assumed; still the agent if it throws.
     *
     * @throws IllegalStateException if the thread could not change, which nothing but a defect causes
     */
    public <T, E extends Exception> T asAgent(Work<T, E> work) throws E {
        State before = states.get();
        int uid = before.uid;
        int gid = before.gid;
        boolean assumed = !before.unknown && (uid != agentUid || gid != agentGid);
        require(assumeAgent());
        T result = work.run();
        if (assumed) {
            require(assume(uid, gid, before.groups));
        }
        return result;
    }

    private static void require(int done) {
        if (done < 0) {
            throw new IllegalStateException("credentials cannot be changed: error=" + Errno.name(-done));
        }
    }

    /** setfsuid and setfsgid do not tell whether they were allowed; a second call with -1 changes nothing and does. */
    private int changeIds(int uid, int gid) {
        kernel.setfsgid(gid);
        kernel.setfsuid(uid);
        return kernel.setfsgid(-1) == gid && kernel.setfsuid(-1) == uid ? 0 : -Errno.EPERM;
    }

    private static boolean sameGroups(int[] held, int[] wanted) {
        return held == wanted || (held != null && Arrays.equals(held, wanted));
    }
}
