package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes in what programs without the shim did to the mirror: whole directories, or what lies on the way to a file that
 * the namespace does not know. Under the agent's credentials.
 */
final class Adoption {
    private static final int SETTLED_AT_ONCE = 128;
    private static final int WALK =
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final DirectoryLocks locks;
    private final Reconciler reconciler;
    private final Xattrs xattrs;

    Adoption(MirrorTree tree, Namespace namespace, DirectoryLocks locks, Reconciler reconciler, Xattrs xattrs) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.locks = locks;
        this.reconciler = reconciler;
        this.xattrs = xattrs;
    }

    /**
     * Takes in the file behind a descriptor, and the directories above it.
     *
     * @return its inode, or null if it is not below the tree's root or has no name
     */
    @SuppressWarnings("try") // locks are held, not used
    Inode adopt(int fd) throws IOException {
        byte[] path = pathOf(fd);
        byte[] root = tree.rootPath();
        if (path == null
                || path.length <= root.length + 1
                || path[root.length] != '/'
                || !Arrays.equals(path, 0, root.length, root, 0, root.length)) {
            return null;
        }
        long directory = Namespace.ROOT;
        int directoryFd = kernel.openat(tree.rootFd(), Paths.bytes("."), WALK, 0);
        Inode inode = null;
        try {
            for (int from = root.length + 1; from < path.length && directoryFd >= 0; ) {
                int to = from;
                while (to < path.length && path[to] != '/') {
                    to++;
                }
                Name name = new Name(directory, Arrays.copyOfRange(path, from, to));
                try (DirectoryLocks.Held held = locks.hold(directory)) {
                    reconciler.settle(List.of(new Reconciler.Site(name, directoryFd)), 0, 0, false);
                }
                Entry entry = namespace.entry(directory, name.bytes());
                inode = entry == null ? null : namespace.inode(entry.ino());
                if (inode == null) {
                    return null;
                }
                int next = to == path.length ? -1 : kernel.openat(directoryFd, name.bytes(), WALK, 0);
                kernel.close(directoryFd);
                directoryFd = next;
                directory = inode.ino();
                from = to + 1;
            }
            return inode;
        } finally {
            if (directoryFd >= 0) {
                kernel.close(directoryFd);
            }
        }
    }

    private byte[] pathOf(int fd) {
        byte[] into = new byte[Paths.MAX_BYTES + 1];
        long length = kernel.readlinkat(Stat.AT_FDCWD, Paths.ofDescriptor(fd), into);
        return length < 0 ? null : Arrays.copyOf(into, (int) length);
    }

    /**
     * Makes the namespace's entries of a directory, and its record of the directory itself, equal to the mirror's, as far
     * as the mirror has to have them.
     */
    @SuppressWarnings("try") // locks are held, not used
    void rescan(long directory) throws IOException {
        try (DirectoryLocks.Held held = locks.hold(directory)) {
            Inode inode = namespace.inode(directory);
            int fd = inode == null ? -1 : tree.openUnseen(inode);
            if (fd < 0) {
                return;
            }
            try {
                Seen seen = tree.stat(fd);
                if (seen != null
                        && !seen.ctime().equals(namespace.inode(directory).mirrorCtime())) {
                    xattrs.record(directory, fd);
                    reconciler.record(directory, seen, false, 0, 0);
                    settleAll(differences(fd, directory));
                    reconciler.settled(directory, seen);
                }
            } finally {
                kernel.close(fd);
            }
        }
    }

    /** The names of which mirror and namespace may say different things. */
    private List<Reconciler.Site> differences(int fd, long directory) throws IOException {
        Map<Name, Long> shown = readAll(fd, directory);
        List<Reconciler.Site> sites = new ArrayList<>();
        shown.forEach((name, mirrorInode) -> {
            if (!isKnown(name, mirrorInode)) {
                sites.add(new Reconciler.Site(name, fd));
            }
        });
        namespace.list(directory, 0, (bytes, ino, type, slot) -> {
            Name name = new Name(directory, bytes);
            Entry entry = shown.containsKey(name) ? null : namespace.entry(directory, bytes);
            if (entry != null && namespace.isOnMirror(entry)) {
                sites.add(new Reconciler.Site(name, fd));
            }
            return true;
        });
        return sites;
    }

    private void settleAll(List<Reconciler.Site> sites) throws IOException {
        for (int from = 0; from < sites.size(); from += SETTLED_AT_ONCE) {
            reconciler.settle(sites.subList(from, Math.min(sites.size(), from + SETTLED_AT_ONCE)), 0, 0, false);
        }
    }

    private boolean isKnown(Name name, long mirrorInode) {
        Entry entry = namespace.entry(name.directory(), name.bytes());
        Inode inode = entry == null || !namespace.isOnMirror(entry) ? null : namespace.inode(entry.ino());
        return inode != null && inode.mirrorInode() == mirrorInode;
    }

    private Map<Name, Long> readAll(int fd, long directory) throws IOException {
        Map<Name, Long> found = new HashMap<>();
        DirectoryEntries.read(kernel, fd, (name, mirrorInode) -> found.put(new Name(directory, name), mirrorInode));
        return found;
    }
}
