package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;

/**
 * The places in a caller's process from which the paths of one call are looked up: its working directory or a descriptor,
 * for the first and for the second path. The agent opens them as itself, since a process that has changed its user may not
 * be looked into by that user; all else on a path is judged as the caller.
 *
 * @param first O_PATH descriptor, owned; a negative errno if the caller has no such place; {@link #NONE} if none is needed
 */
record Bases(int first, int second, Kernel kernel) implements AutoCloseable {
    static final int NONE = Integer.MIN_VALUE;

    /**
     * Opens what a call needs. Under the agent's credentials, in its own root.
     *
     * @param canChangeRoot whether the agent can be in the caller's root; if not, absolute paths begin at a base as well, but
     *     links to absolute paths lead from the agent's root
     */
    static Bases open(Kernel kernel, Caller caller, FileCall call, boolean canChangeRoot) {
        boolean byRoot = caller.ownRoot() && !canChangeRoot;
        int first = open(kernel, caller, call.directory(), call.path(), byRoot);
        boolean hasSecond =
                switch (call.operation()) {
                    case RENAME, LINK -> true;
                    default -> false;
                };
        return new Bases(
                first, hasSecond ? open(kernel, caller, call.directory2(), call.path2(), byRoot) : NONE, kernel);
    }

    private static int open(Kernel kernel, Caller caller, int directory, byte[] path, boolean byRoot) {
        boolean absolute = Paths.isAbsolute(path);
        OwnPaths.Own own = absolute ? OwnPaths.parse(path, caller.pid()) : null;
        if (absolute && own == null && !byRoot) {
            return NONE;
        }
        byte[] place = !absolute
                ? At.base(caller, directory)
                : own != null ? own.base() : Paths.bytes("/proc/" + caller.pid() + "/root");
        int fd = kernel.openat(Stat.AT_FDCWD, place, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        boolean noDescriptor = fd == -Errno.ENOENT && !absolute && directory != Stat.AT_FDCWD;
        return noDescriptor ? -Errno.EBADF : fd;
    }

    /** Where one of the call's own paths begins. */
    int of(FileCall call, byte[] path) {
        return path == call.path2() && path.length > 0 ? second : first;
    }

    @Override
    public void close() {
        if (first >= 0) {
            kernel.close(first);
        }
        if (second >= 0) {
            kernel.close(second);
        }
    }
}
