package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where a change of names takes place: an open directory and a name in it.
 *
 * @param directoryFd O_PATH descriptor of the directory, owned
 * @param directory null if the directory is not in the tree
 * @param bytes the last component as the caller wrote it, with its trailing slashes, for the kernel to judge
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record Place(int directoryFd, Inode directory, byte[] bytes, Kernel kernel) implements AutoCloseable {
    private static final int NAME_MAX = 255;

    /** The outcome of looking for a place: the place, or the errno why there is none. */
    record Found(Place place, int errno) {}

    /** Opens the directory in which a path's last component is. Under the caller's credentials. */
    static Found find(MirrorTree tree, Resolver resolver, Request request, At at, boolean second) throws IOException {
        if (at.path().length > Paths.MAX_BYTES) {
            return new Found(null, Errno.ENAMETOOLONG);
        }
        if (at.fd() < 0 && at.fd() != Stat.AT_FDCWD) {
            return new Found(null, -at.fd());
        }
        byte[] last = at.lastWithSlashes();
        byte[] parent = last.length == 0 ? Paths.bytes("/") : at.parentPath();
        int fd = resolver.openParent(request, at, second, parent, last);
        if (fd < 0) {
            return new Found(null, -fd);
        }
        Seen seen = tree.stat(fd);
        Inode directory = seen == null ? null : tree.inodeOf(seen);
        return new Found(new Place(fd, directory, last.length == 0 ? Paths.bytes(".") : last, tree.kernel()), 0);
    }

    boolean isInTree() {
        return directory != null;
    }

    boolean isInProc(MirrorTree tree) {
        Seen seen = tree.stat(directoryFd);
        return seen != null && tree.isProc(seen);
    }

    /** Whether the last component can be an entry of the tree: neither a dot name nor too long. */
    boolean isEntry() {
        int end = Paths.withoutTrailingSlashes(bytes);
        return end <= NAME_MAX && !Paths.isDots(Arrays.copyOf(bytes, end));
    }

    /** The name, without trailing slashes. */
    Name name() {
        return new Name(directory.ino(), Arrays.copyOf(bytes, Paths.withoutTrailingSlashes(bytes)));
    }

    boolean hasTrailingSlash() {
        return Paths.withoutTrailingSlashes(bytes) < bytes.length;
    }

    @Override
    public void close() {
        kernel.close(directoryFd);
    }
}
