package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.io.IOException;
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

    /**
     * Locates a caller's path.
     *
     * @param directory the caller's descriptor, or AT_FDCWD
     * @return never null; a path that is too long stays so, and the kernel says ENAMETOOLONG
     */
    static At of(Kernel kernel, Caller caller, int directory, byte[] path) {
        if (Paths.isAbsolute(path)) {
            return absolute(kernel, caller, path, OwnPaths.ofCaller(path, caller.pid()));
        }
        byte[] base = base(caller, directory);
        if (path.length == 0) {
            return new At(Stat.AT_FDCWD, base, false, kernel);
        }
        if (base.length + 1 + path.length <= Paths.MAX_BYTES || path.length > Paths.MAX_BYTES) {
            return new At(Stat.AT_FDCWD, Paths.join(base, path), false, kernel);
        }
        int fd = kernel.openat(Stat.AT_FDCWD, base, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        return new At(fd, path, true, kernel);
    }

    /** By the caller's own root, if other file systems may be mounted there. Links to absolute paths lead to the agent's. */
    @SuppressWarnings("ReferenceEquality") // whether the path means something else in each process
    private static At absolute(Kernel kernel, Caller caller, byte[] path, byte[] said) {
        if (!caller.apart() || said != path) {
            return new At(Stat.AT_FDCWD, said, false, kernel);
        }
        byte[] root = Paths.bytes("/proc/" + caller.pid() + "/root");
        if (root.length + path.length <= Paths.MAX_BYTES || path.length > Paths.MAX_BYTES) {
            return new At(Stat.AT_FDCWD, Paths.join(root, path), false, kernel);
        }
        int start = 0;
        while (start < path.length && path[start] == '/') {
            start++;
        }
        byte[] rest = start == path.length ? Paths.bytes(".") : Arrays.copyOfRange(path, start, path.length);
        return new At(
                kernel.openat(Stat.AT_FDCWD, root, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0), rest, true, kernel);
    }

    /**
     * As {@link #of(Kernel, Caller, int, byte[])}, under the caller's credentials. A process that has changed its user keeps
     * its descriptors, but their directory in {@code /proc} is then not that user's: the agent itself goes through it.
     */
    static At of(Kernel kernel, CallerContext context, Caller caller, int directory, byte[] path) throws IOException {
        if (caller.uid() == 0) {
            return of(kernel, caller, directory, path);
        }
        if (!Paths.isAbsolute(path)) {
            return directory == Stat.AT_FDCWD
                    ? of(kernel, caller, directory, path)
                    : below(kernel, context, caller, base(caller, directory), path);
        }
        byte[] said = OwnPaths.ofCaller(path, caller.pid());
        int end = OwnPaths.endOfDescriptor(said, caller.pid());
        if (end < 0) {
            return absolute(kernel, caller, path, said);
        }
        int start = end;
        while (start < said.length && said[start] == '/') {
            start++;
        }
        byte[] rest =
                start > end && start == said.length ? Paths.bytes(".") : Arrays.copyOfRange(said, start, said.length);
        return below(kernel, context, caller, Arrays.copyOf(said, end), rest);
    }

    private static At below(Kernel kernel, CallerContext context, Caller caller, byte[] base, byte[] path)
            throws IOException {
        int flags = OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
        int fd = kernel.openat(Stat.AT_FDCWD, base, flags, 0);
        if (fd == -Errno.EACCES) {
            fd = context.asAgent(caller, () -> kernel.openat(Stat.AT_FDCWD, base, flags, 0));
        }
        boolean itself = path.length == 0 && fd >= 0;
        return new At(fd, itself ? Paths.ofDescriptor(fd) : path, true, kernel);
    }

    private static byte[] base(Caller caller, int directory) {
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

    /** The errno for a call on this path: a directory descriptor that the caller does not have is EBADF, not ENOENT. */
    int errno(int negative, Caller caller, int directory, byte[] original) {
        if (owned) {
            return fd >= 0 ? -negative : Paths.isAbsolute(original) ? -fd : Errno.EBADF;
        }
        if (negative == -Errno.ENOENT && directory != Stat.AT_FDCWD && !Paths.isAbsolute(original)) {
            int there =
                    kernel.openat(Stat.AT_FDCWD, base(caller, directory), OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
            if (there < 0) {
                return Errno.EBADF;
            }
            kernel.close(there);
        }
        return -negative;
    }

    @Override
    public void close() {
        if (owned && fd >= 0) {
            kernel.close(fd);
        }
    }
}
