package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.util.Arrays;

/**
 * A path of a caller in a form in which the agent's system calls mean what the caller means: absolute, or by way of the
 * caller's own working directory or descriptor in {@code /proc}. So the kernel resolves it: removed and renamed
 * directories, and directories above which the caller may not search, are right by themselves.
 *
 * @param fd where {@code path} begins, AT_FDCWD if it is absolute
 * @param owned whether {@code fd} is closed with this
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record At(int fd, byte[] path, boolean owned, Kernel kernel) implements AutoCloseable {

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
        Caller caller = request.caller();
        if (directory <= AGENTS && !Paths.isAbsolute(path)) {
            return new At(AGENTS - directory, path, false, kernel);
        }
        if (request.bases() != null) {
            return byBase(kernel, request, path, follow);
        }
        if (Paths.isAbsolute(path)) {
            byte[] said = OwnPaths.ofCaller(path, caller.pid());
            return caller.ownRoot() && Arrays.equals(said, path)
                    ? belowRoot(kernel, caller, path)
                    : new At(Stat.AT_FDCWD, said, false, kernel);
        }
        byte[] base = base(caller, directory);
        return path.length == 0 ? new At(Stat.AT_FDCWD, base, false, kernel) : below(kernel, base, path);
    }

    /** For an agent that cannot go there, as it is not root. Links to absolute paths lead from its own root. */
    private static At belowRoot(Kernel kernel, Caller caller, byte[] path) {
        int start = 0;
        while (start < path.length && path[start] == '/') {
            start++;
        }
        byte[] rest = start == path.length ? Paths.bytes(".") : Arrays.copyOfRange(path, start, path.length);
        return below(kernel, Paths.bytes("/proc/" + caller.pid() + "/root"), rest);
    }

    private static At below(Kernel kernel, byte[] base, byte[] path) {
        if (base.length + 1 + path.length <= Paths.MAX_BYTES || path.length > Paths.MAX_BYTES) {
            return new At(Stat.AT_FDCWD, Paths.join(base, path), false, kernel);
        }
        int fd = kernel.openat(Stat.AT_FDCWD, base, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        return new At(fd, path, true, kernel);
    }

    /** Whether a path names, in its last place, a link by which a base was opened; there may be no such link. */
    static boolean isLinkOfCaller(Request request, byte[] path) {
        if (request.bases() == null || !Paths.isAbsolute(path)) {
            return false;
        }
        OwnPaths.Own own = OwnPaths.parse(path, request.caller().pid());
        return own != null && own.rest().length == 0;
    }

    /** Stands for a link itself, which is the kernel's, as all of /proc. */
    static At linkOfCaller(Kernel kernel) {
        return new At(Stat.AT_FDCWD, Paths.bytes("/proc"), false, kernel);
    }

    private static At byBase(Kernel kernel, Request request, byte[] path, boolean follow) {
        boolean absolute = Paths.isAbsolute(path);
        OwnPaths.Own own = absolute ? OwnPaths.parse(path, request.caller().pid()) : null;
        boolean isOfCall = !absolute
                || path == request.call().path()
                || path == request.call().path2();
        if (absolute && (own == null || !isOfCall)) {
            return new At(
                    Stat.AT_FDCWD, OwnPaths.ofCaller(path, request.caller().pid()), false, kernel);
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
        if (absolute && !follow && !onlySlash) {
            return linkOfCaller(kernel);
        }
        byte[] said = Paths.ofDescriptor(base);
        return new At(Stat.AT_FDCWD, onlySlash ? Paths.join(said, Paths.EMPTY) : said, false, kernel);
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

    /**
     * The errno for a call on this path: a directory descriptor that the caller does not have is EBADF, not ENOENT; a
     * link in /proc that led nowhere is what the kernel said of it, not EBADF.
     */
    int errno(int negative, Request request, int directory, byte[] original) {
        boolean ledNowhere = negative == -Errno.EBADF && fd < 0 && fd != Stat.AT_FDCWD;
        int error = ledNowhere ? -fd : -negative;
        Caller caller = request.caller();
        boolean isCallers = directory != Stat.AT_FDCWD && directory > AGENTS && !Paths.isAbsolute(original);
        if (error == Errno.ENOENT && isCallers && request.bases() == null) {
            int there =
                    kernel.openat(Stat.AT_FDCWD, base(caller, directory), OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
            if (there < 0) {
                return Errno.EBADF;
            }
            kernel.close(there);
        }
        return error;
    }

    @Override
    public void close() {
        if (owned && fd >= 0) {
            kernel.close(fd);
        }
    }
}
