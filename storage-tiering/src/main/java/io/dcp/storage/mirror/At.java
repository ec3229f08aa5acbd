package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import java.util.Arrays;

/**
 * A path of a caller in a form in which the agent's system calls mean what the caller means: absolute, or from the caller's
 * own working directory or descriptor. So the kernel resolves it: removed and renamed directories, and directories above which
 * the caller may not search, are right by themselves. Opened by {@link Resolver}.
 *
 * @param fd where {@code path} begins, AT_FDCWD if it is absolute
 * @param itself whether {@code path} is the agent's own way to a descriptor, and all of it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record At(int fd, byte[] path, boolean itself, Kernel kernel) {

    /** Below this number a directory is one of the agent's own descriptors. */
    private static final int AGENTS = -1000;

    /** How one of the agent's descriptors is said where a caller's is expected. */
    static int agents(int fd) {
        return AGENTS - fd;
    }

    /**
     * Locates a caller's path.
     *
     * @param directory the caller's descriptor, AT_FDCWD, or {@link #agents}
     * @param follow whether a link in the last place is followed
     * @return never null; a path that is too long stays so, and the kernel says ENAMETOOLONG
     */
    static At of(Kernel kernel, Request request, int directory, byte[] path, boolean follow) {
        if (directory <= AGENTS && !Paths.isAbsolute(path)) {
            int fd = AGENTS - directory;
            return path.length == 0 ? itself(kernel, fd, false) : new At(fd, path, false, kernel);
        }
        return byBase(kernel, request, path, follow);
    }

    /** Whether a path names, in its last place, a link by which a base was opened; there may be no such link. */
    static boolean isLinkOfCaller(Request request, byte[] path) {
        if (!Paths.isAbsolute(path)) {
            return false;
        }
        OwnPaths.Own own = OwnPaths.parse(path, request.caller().pid());
        return own != null && own.rest().length == 0;
    }

    /** Stands for a link itself, which is the kernel's, as all of /proc. */
    static At linkOfCaller(Kernel kernel) {
        return new At(Stat.AT_FDCWD, Paths.bytes("/proc"), false, kernel);
    }

    /** What one of the agent's descriptors is open on. */
    private static At itself(Kernel kernel, int fd, boolean slashed) {
        byte[] said = Paths.ofDescriptor(fd);
        return new At(Stat.AT_FDCWD, slashed ? Paths.join(said, Paths.EMPTY) : said, true, kernel);
    }

    /** Whether a call names nothing: its path is empty, and stands for none of the agent's descriptors. */
    static boolean isEmpty(int directory, byte[] path) {
        return path.length == 0 && directory > AGENTS;
    }

    /** Another path that begins at the same place. */
    At to(byte[] other) {
        return new At(fd, other, itself, kernel);
    }

    private static At byBase(Kernel kernel, Request request, byte[] path, boolean follow) {
        boolean absolute = Paths.isAbsolute(path);
        OwnPaths.Own own = absolute ? OwnPaths.parse(path, request.caller().pid()) : null;
        boolean isOfCall = !absolute
                || path == request.call().path()
                || path == request.call().path2();
        if (absolute && (own == null || !isOfCall)) {
            int root = isOfCall ? request.bases().of(request.call(), path) : Bases.NONE;
            return root == Bases.NONE
                    ? new At(Stat.AT_FDCWD, path, false, kernel)
                    : new At(root, belowRoot(path), false, kernel);
        }
        byte[] rest = absolute ? own.rest() : path;
        int base = request.bases().of(request.call(), path);
        boolean onlySlash = Paths.isAbsolute(rest);
        if (rest.length > 0 && !onlySlash) {
            return new At(base, rest, false, kernel);
        }
        if (base < 0) {
            return new At(base, Paths.bytes("."), false, kernel);
        }
        return absolute && !follow && !onlySlash ? linkOfCaller(kernel) : itself(kernel, base, onlySlash);
    }

    private static byte[] belowRoot(byte[] path) {
        int start = 0;
        while (start < path.length && path[start] == '/') {
            start++;
        }
        return start == path.length ? Paths.bytes(".") : Arrays.copyOfRange(path, start, path.length);
    }

    static byte[] base(Caller caller, int directory) {
        return Paths.bytes(
                directory == Stat.AT_FDCWD
                        ? "/proc/" + caller.pid() + "/cwd"
                        : "/proc/" + caller.pid() + "/fd/" + directory);
    }

    /** What lies before the last component: "." or "/" if nothing does. */
    byte[] parentPath() {
        int start = Paths.lastComponent(path, Paths.withoutTrailingSlashes(path));
        int end = Paths.withoutTrailingSlashes(Arrays.copyOf(path, start));
        if (start == 0) {
            return Paths.bytes(".");
        }
        return end == 0 ? Paths.bytes("/") : Arrays.copyOf(path, end);
    }

    /** The last component, with the slashes after it. */
    byte[] lastWithSlashes() {
        int start = Paths.lastComponent(path, Paths.withoutTrailingSlashes(path));
        return Arrays.copyOfRange(path, start, path.length);
    }

    /** The errno for a call on this path: a link in /proc that led nowhere is what the kernel said of it, not EBADF. */
    int errno(int negative) {
        boolean ledNowhere = negative == -Errno.EBADF && fd < 0 && fd != Stat.AT_FDCWD;
        return ledNowhere ? -fd : -negative;
    }
}
