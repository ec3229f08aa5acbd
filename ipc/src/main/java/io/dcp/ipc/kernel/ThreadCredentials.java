package io.dcp.ipc.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Under whose credentials the calling thread's file calls are made, and from whose root directory. While a thread has
 * assumed another user, the kernel decides as it would for that user: file system ids, supplementary groups and effective
 * capabilities are the user's. (A thread that kept the agent's could set {@code trusted.*} and {@code
 * security.capability} attributes, or use reserved blocks, for a user who may not, and follow the links in {@code /proc}
 * of other users' processes.) Only what is needed to return stays effective as well; it decides nothing about files.
 *
 * <p>One object serves all threads; each thread's state is its own. A pooled thread keeps what it assumed: call {@link
 * #assumeAgent} when done, or {@link #assume} before every use. A change of user costs several system calls that
 * allocate (5 to 15 µs there and back), so a thread that serves one user for long should stay that user. A new thread
 * has what its creator had assumed at that moment: make threads by {@link AgentThreads}, or call {@link #assumeAgent}
 * first.
 *
 * <p>A thread that assumes another root must have its own ({@link Kernel#unshareFs}). Its working directory is {@code
 * /proc} then: what the agent says of itself is relative to that ({@link #inOtherRoot}).
 */
public final class ThreadCredentials {
    /** Every capability. */
    public static final long ALL_CAPABILITIES = -1L;

    private static final long CAP_SETGID = 1L << 6;
    private static final long CAP_SETUID = 1L << 7;
    private static final long CAP_SYS_CHROOT = 1L << 18;
    private static final long TO_RETURN = CAP_SETGID | CAP_SETUID | CAP_SYS_CHROOT;
    private static final byte[] PROC = {'/', 'p', 'r', 'o', 'c'};
    private static final byte[] HERE = {'.'};
    private static final byte[] ROOT = {'/'};
    private static final ThreadLocal<boolean[]> IN_OTHER_ROOT = ThreadLocal.withInitial(() -> new boolean[1]);

    private final Kernel kernel;
    private final int agentUid;
    private final int agentGid;
    private final int agentRoot;
    private final ThreadLocal<State> states;

    /** Whose calls a thread makes. Compared field by field; groups are not copied. */
    private static final class State {
        int uid;
        int gid;
        /** Null: the agent's own. */
        int[] groups;

        long capabilities = ALL_CAPABILITIES;

        /** The process whose root directory it is; 0 for the agent's own. */
        int rootOf;

        /** A new thread has its creator's, and a step may fail halfway: nothing above can be trusted. */
        boolean unknown = true;

        State copy() {
            State copy = new State();
            copy.uid = uid;
            copy.gid = gid;
            copy.groups = groups;
            copy.capabilities = capabilities;
            copy.rootOf = rootOf;
            copy.unknown = unknown;
            return copy;
        }
    }

    public ThreadCredentials(Kernel kernel) {
        this.kernel = kernel;
        this.agentUid = kernel.geteuid();
        this.agentGid = kernel.getegid();
        this.agentRoot = agentUid != 0
                ? -1
                : kernel.openat(Stat.AT_FDCWD, ROOT, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
        this.states = ThreadLocal.withInitial(() -> {
            State state = new State();
            state.uid = agentUid;
            state.gid = agentGid;
            return state;
        });
    }

    /** Whether the calling thread's root is not the agent's; its working directory is {@code /proc} then. */
    public static boolean inOtherRoot() {
        return IN_OTHER_ROOT.get()[0];
    }

    /** Whether this agent can act for other users. */
    public boolean servesOthers() {
        return agentUid == 0;
    }

    /** {@link #assume(int, int, int[], long, int)} with the capabilities that the user's id gives, and the agent's root. */
    public int assume(int uid, int gid, int[] groups) {
        return assume(uid, gid, groups, uid == 0 ? ALL_CAPABILITIES : 0, 0);
    }

    /**
     * Makes this thread's file calls those of another user; no system call if they already are. An agent that is not
     * root serves its own user only, with its own groups.
     *
     * @param groups supplementary groups; not copied, must not be changed later
     * @param capabilities the effective ones, bit n being capability n; those that the agent lacks are left out
     * @param rootOf the process whose root directory is this thread's from now on; 0 for the agent's own
     * @return 0, or -EPERM if this agent may not act for that user; then no file call may be made for them, and the
     *     thread must not be used for others until a call of this or {@link #assumeAgent} has succeeded
     */
    public int assume(int uid, int gid, int[] groups, long capabilities, int rootOf) {
        State state = states.get();
        if (state.uid == uid
                && state.gid == gid
                && state.capabilities == capabilities
                && state.rootOf == rootOf
                && !state.unknown
                && sameGroups(state.groups, groups)) {
            return 0;
        }
        if (agentUid != 0) {
            return uid == agentUid ? 0 : -Errno.EPERM;
        }
        int done = rootOf == state.rootOf && !state.unknown ? 0 : assumeAgent();
        if (done == 0 && rootOf != state.rootOf) {
            done = enterRoot(state, rootOf);
        }
        if (done < 0) {
            return done;
        }
        long before = state.unknown ? ~capabilities : state.capabilities;
        boolean wasRoot = state.unknown || state.uid == 0;
        state.unknown = true;
        if (!sameGroups(state.groups, groups)) {
            done = kernel.setgroups(groups);
            if (done < 0) {
                return done;
            }
            state.groups = groups;
        }
        done = changeIds(uid, gid);
        // The kernel itself takes and gives some of them when the user changes from or to root.
        if (done == 0 && (before != capabilities || wasRoot || uid == 0)) {
            done = kernel.setEffectiveCapabilities(capabilities | TO_RETURN);
        }
        if (done < 0) {
            return done;
        }
        state.uid = uid;
        state.gid = gid;
        state.capabilities = capabilities;
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
        int done = assumeAgentInRoot();
        return done == 0 && state.rootOf != 0 ? leaveRoot(state) : done;
    }

    /** As {@link #assumeAgent}, but the root directory stays. */
    public int assumeAgentInRoot() {
        State state = states.get();
        if (agentUid != 0
                || (state.uid == agentUid
                        && state.gid == agentGid
                        && state.capabilities == ALL_CAPABILITIES
                        && !state.unknown)) {
            return 0;
        }
        state.unknown = true;
        int done = changeIds(agentUid, agentGid);
        if (done == 0) {
            done = kernel.setEffectiveCapabilities(ALL_CAPABILITIES);
        }
        if (done < 0) {
            return done;
        }
        state.capabilities = ALL_CAPABILITIES;
        state.uid = agentUid;
        state.gid = agentGid;
        state.unknown = false;
        return 0;
    }

    private int enterRoot(State state, int rootOf) {
        int done = kernel.chdir(PROC);
        if (done == 0) {
            done = kernel.chroot((rootOf + "/root").getBytes(StandardCharsets.US_ASCII));
        }
        if (done == 0) {
            state.rootOf = rootOf;
            IN_OTHER_ROOT.get()[0] = true;
        }
        return done;
    }

    private int leaveRoot(State state) {
        int done = returnToAgentRoot();
        if (done == 0) {
            state.rootOf = 0;
            IN_OTHER_ROOT.get()[0] = false;
        }
        return done;
    }

    /** For a new thread, which has its creator's root directory; as the agent. 0 or a negative errno. */
    int returnToAgentRoot() {
        if (agentUid != 0) {
            return 0;
        }
        int done = kernel.fchdir(agentRoot);
        return done < 0 ? done : kernel.chroot(HERE);
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
        boolean isAgent = before.uid == agentUid
                && before.gid == agentGid
                && before.capabilities == ALL_CAPABILITIES
                && before.rootOf == 0;
        if (isAgent && !before.unknown) {
            return work.run();
        }
        State assumed = before.copy();
        require(assumeAgent());
        T result = work.run();
        if (!assumed.unknown) {
            int[] groups = assumed.groups == null ? before.groups : assumed.groups;
            require(assume(assumed.uid, assumed.gid, groups, assumed.capabilities, assumed.rootOf));
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
