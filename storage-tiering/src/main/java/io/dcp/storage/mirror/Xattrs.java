package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.namespace.Xattr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Brings extended attributes (ACLs and security labels among them) from the mirror into the namespace and back. */
final class Xattrs {
    private static final int MAX_BYTES = 65_536;

    private final MirrorTree tree;
    private final Namespace namespace;

    Xattrs(MirrorTree tree, Namespace namespace) {
        this.tree = tree;
        this.namespace = namespace;
    }

    /**
     * Records what an inode's mirror file has now. Under the agent's credentials.
     *
     * @param fd any descriptor of the mirror file
     */
    void record(long ino, int fd) throws IOException {
        record(ino, fd, 0, 0);
    }

    /**
     * The same, for a request that changes them: once they are recorded it is completed, and is not made again.
     *
     * @param session 0 for none
     */
    void record(long ino, int fd, long session, long requestId) throws IOException {
        record(ino, Paths.ofDescriptor(fd), session, requestId);
    }

    /**
     * Records what an inode's mirror file has now, before a later ctime of it is recorded: a kill may have left attributes
     * that only the ctime tells of.
     *
     * @param path of the mirror file, not of a symbolic link
     */
    void record(long ino, byte[] path) throws IOException {
        record(ino, path, 0, 0);
    }

    private void record(long ino, byte[] path, long session, long requestId) throws IOException {
        Inode inode = namespace.inode(ino);
        boolean none = tree.kernel().listxattr(path, Paths.EMPTY) <= 0;
        if (inode == null || (none && !inode.hasXattrs())) {
            return;
        }
        List<Xattr> found = none ? List.of() : read(path);
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            if (now != null) {
                change.setXattrs(ino, found);
                change.put(now.edit().hasXattrs(!found.isEmpty()).build());
                Sessions.record(change, session, requestId);
                change.commit();
            }
        }
    }

    private List<Xattr> read(byte[] path) {
        Kernel kernel = tree.kernel();
        byte[] buffer = new byte[MAX_BYTES];
        long length = kernel.listxattr(path, buffer);
        List<Xattr> found = new ArrayList<>();
        byte[] value = new byte[MAX_BYTES];
        for (int from = 0; from < length; ) {
            int to = from;
            while (buffer[to] != 0) {
                to++;
            }
            byte[] name = Arrays.copyOfRange(buffer, from, to);
            long size = kernel.getxattr(path, name, value);
            if (size >= 0) {
                found.add(new Xattr(name, Arrays.copyOf(value, (int) size)));
            }
            from = to + 1;
        }
        return found;
    }

    /** Gives a freshly made mirror file the recorded attributes; those that the kernel refuses are left out. */
    void restore(Inode inode, byte[] path) {
        if (inode.hasXattrs()) {
            namespace.xattrs(inode.ino(), (name, value) -> tree.kernel().lsetxattr(path, name, value, 0));
        }
    }
}
