package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts names of the tree on the mirror when the kernel has to see them: with type, owner, mode, times, attributes and
 * size, but a regular file as a hole, whose contents are fetched when it is opened.
 *
 * <p>Acts under the agent's credentials, which the caller assumes. Takes the lock of each directory it adds to.
 */
final class Materializer {
    private static final Logger log = LoggerFactory.getLogger(Materializer.class);
    private static final int DT_DIR = 4;
    private static final int WALK = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final DirectoryLocks locks;
    private final Reconciler reconciler;
    private final Xattrs xattrs;
    private final Object hardLinks = new Object();

    Materializer(MirrorTree tree, Namespace namespace, DirectoryLocks locks, Reconciler reconciler, Xattrs xattrs) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.locks = locks;
        this.reconciler = reconciler;
        this.xattrs = xattrs;
    }

    /**
     * Walks a path as the kernel would and materializes every name of the tree on it, as far as it exists. Says nothing
     * about errors: the kernel will, when the call is made.
     *
     * @param at where a relative path begins, and the path; links in {@code /proc} are not followed
     * @param follow whether a link in the last place is followed
     */
    void ensure(At at, boolean follow) throws IOException {
        Deque<byte[]> rest = new ArrayDeque<>();
        Paths.push(rest, at.path());
        int fd = kernel.openat(
                at.fd(),
                Paths.bytes(Paths.isAbsolute(at.path()) ? "/" : "."),
                OpenFlags.O_PATH | OpenFlags.O_CLOEXEC,
                0);
        int links = 0;
        try {
            while (fd >= 0 && !rest.isEmpty()) {
                byte[] component = rest.pop();
                Seen directory = tree.stat(fd);
                Inode parent = directory == null ? null : tree.inodeOf(directory);
                if (parent != null && parent.isDirectory() && !Paths.isDots(component)) {
                    ensureName(fd, parent.ino(), component);
                }
                int next = kernel.openat(fd, component, WALK, 0);
                Seen seen = next < 0 ? null : tree.stat(next);
                if (seen != null && seen.isSymlink() && (follow || !rest.isEmpty())) {
                    byte[] target = Paths.targetOf(kernel, next);
                    kernel.close(next);
                    // Links in /proc lead elsewhere for the caller: the call is made again from there (Resolver).
                    if (target == null || ++links > Paths.MAX_LINKS || tree.isProc(directory)) {
                        return;
                    }
                    Paths.push(rest, target);
                    next = Paths.isAbsolute(target)
                            ? kernel.openat(Stat.AT_FDCWD, Paths.bytes("/"), WALK, 0)
                            : kernel.openat(fd, Paths.bytes("."), WALK, 0);
                }
                kernel.close(fd);
                fd = next;
            }
        } finally {
            if (fd >= 0) {
                kernel.close(fd);
            }
        }
    }

    /** Materializes one name of a directory of the tree, if it exists and is not on the mirror. */
    @SuppressWarnings("try") // the lock is held, not used
    void ensureName(int directoryFd, long directory, byte[] bytes) throws IOException {
        if (bytes.length > 255) {
            return;
        }
        Entry entry = namespace.entry(directory, bytes);
        if (entry == null || namespace.isOnMirror(entry)) {
            return;
        }
        try (DirectoryLocks.Held held = locks.hold(directory)) {
            Entry now = namespace.entry(directory, bytes);
            if (now != null && !namespace.isOnMirror(now)) {
                materialize(directoryFd, new Name(directory, bytes), now);
            }
        }
    }

    /** Materializes all names of a directory; false if there was no time for all of them. */
    boolean ensureEveryName(int directoryFd, long directory, long deadlineNanos) throws IOException {
        for (byte[] name : namesIn(directory, -1)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                return false;
            }
            ensureName(directoryFd, directory, name);
        }
        return true;
    }

    /** The names of the directories in a directory. */
    List<byte[]> directoriesIn(long directory) {
        return namesIn(directory, DT_DIR);
    }

    private List<byte[]> namesIn(long directory, int onlyOfType) {
        List<byte[]> names = new ArrayList<>();
        namespace.list(directory, 0, (name, ino, type, slot) -> {
            if (onlyOfType < 0 || type == onlyOfType) {
                names.add(name);
            }
            return true;
        });
        return names;
    }

    /** Materializes one entry of a directory that has any, so that the kernel knows that it is not empty. */
    void ensureNotEmpty(int directoryFd, long directory) throws IOException {
        byte[][] first = new byte[1][];
        namespace.list(directory, 0, (name, ino, type, slot) -> {
            first[0] = name;
            return false;
        });
        if (first[0] != null) {
            ensureName(directoryFd, directory, first[0]);
        }
    }

    /** Materializes all names of an inode, and the directories that they are in. Holds no lock when it is called. */
    void ensureAllNames(long ino) throws IOException {
        for (Name name : namespace.names(ino)) {
            Entry entry = namespace.entry(name.directory(), name.bytes());
            if (entry != null && !namespace.isOnMirror(entry)) {
                int fd = ensureDirectory(name.directory());
                if (fd >= 0) {
                    try {
                        ensureName(fd, name.directory(), name.bytes());
                    } finally {
                        kernel.close(fd);
                    }
                }
            }
        }
    }

    /** Whether all names of an inode are on the mirror. Once they are, they stay. */
    boolean hasAllNames(long ino) {
        return namespace.names(ino).stream()
                .map(name -> namespace.entry(name.directory(), name.bytes()))
                .allMatch(entry -> entry == null || namespace.isOnMirror(entry));
    }

    /** Materializes a directory and those above it; an O_PATH descriptor, or a negative errno. */
    private int ensureDirectory(long ino) throws IOException {
        if (ino == Namespace.ROOT) {
            return kernel.openat(tree.rootFd(), Paths.bytes("."), WALK, 0);
        }
        List<Name> names = namespace.names(ino);
        int above =
                names.isEmpty() ? -Errno.ENOENT : ensureDirectory(names.get(0).directory());
        if (above < 0) {
            return above;
        }
        try {
            Name name = names.get(0);
            ensureName(above, name.directory(), name.bytes());
            return kernel.openat(above, name.bytes(), WALK | OpenFlags.O_DIRECTORY, 0);
        } finally {
            kernel.close(above);
        }
    }

    private void materialize(int directoryFd, Name name, Entry entry) throws IOException {
        Inode inode = namespace.inode(entry.ino());
        if (inode == null) {
            log.error("dangling entry, left alone: name={} ino={}", name, entry.ino());
            return;
        }
        if (inode.isDirectory() || inode.nlink() == 1) {
            materialize(directoryFd, name, inode, false);
            return;
        }
        // Two names at the same time would make two files of one.
        synchronized (hardLinks) {
            Inode now = namespace.inode(entry.ino());
            boolean linked = namespace.isOnMirror(now) && hasNameOnMirror(now.ino());
            materialize(directoryFd, name, now, linked);
        }
    }

    private boolean hasNameOnMirror(long ino) {
        return namespace.names(ino).stream()
                .map(name -> namespace.entry(name.directory(), name.bytes()))
                .anyMatch(entry -> entry != null && namespace.isOnMirror(entry));
    }

    private void materialize(int directoryFd, Name name, Inode inode, boolean linked) throws IOException {
        Seen before = tree.stat(directoryFd);
        int done = linked ? linkTo(directoryFd, name, inode) : make(directoryFd, name, inode);
        if (done == -Errno.EEXIST) {
            if (inTheWay(directoryFd, name)) {
                return;
            }
            done = linked ? linkTo(directoryFd, name, inode) : make(directoryFd, name, inode);
        }
        if (done < 0 || before == null) {
            throw new IOException("cannot put a name on the mirror: name=" + name + " error=" + Errno.name(-done));
        }
        Moment mtime = before.mtime();
        kernel.utimensat(
                directoryFd, Paths.EMPTY, 0, Stat.UTIME_OMIT, mtime.seconds(), mtime.nanos(), Stat.AT_EMPTY_PATH);
        Seen seen = tree.look(directoryFd, name.bytes());
        Seen after = tree.stat(directoryFd);
        if (seen == null || after == null) {
            throw new IOException("a name vanished from the mirror while it was made: name=" + name);
        }
        record(name, inode.ino(), seen, linked, before, after);
    }

    private void record(Name name, long ino, Seen seen, boolean linked, Seen before, Seen after) throws IOException {
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            Inode.Draft draft = now.edit();
            if (linked) {
                draft.mirrorCtime(seen.ctime());
            } else {
                draft.onMirror(namespace.mirrorGeneration(), seen.ino(), seen.btime(), seen.ctime())
                        .present(!now.isRegular() || now.sizeBytes() == 0);
            }
            change.put(draft.build());
            change.materialized(name);
            Inode directory = change.inode(name.directory());
            // If something else happened in the directory, it still has to be noticed.
            if (directory.mirrorCtime().equals(before.ctime())) {
                change.put(directory.edit().mirrorCtime(after.ctime()).build());
            }
            change.commit();
        }
    }

    /**
     * Something is on the mirror at a place where the tree has another thing: what a killed agent left half made is
     * removed, what an unattached program wrote is taken in.
     *
     * @return whether the name is settled by that
     */
    private boolean inTheWay(int directoryFd, Name name) throws IOException {
        Seen seen = tree.look(directoryFd, name.bytes());
        if (seen == null) {
            return false;
        }
        boolean remains =
                tree.inodeOf(seen) == null && (seen.isDirectory() || seen.isSymlink() || seen.blocks512() == 0);
        if (remains && kernel.unlinkat(directoryFd, name.bytes(), seen.isDirectory() ? Stat.AT_REMOVEDIR : 0) == 0) {
            return false;
        }
        log.warn("a name was made natively where the tree had another one, the new one counts: name={}", name);
        try (Change change = namespace.change()) {
            change.materialized(name);
            change.commit();
        }
        reconciler.settle(List.of(new Reconciler.Site(name, directoryFd)), 0, 0, false);
        return true;
    }

    private int linkTo(int directoryFd, Name name, Inode inode) throws IOException {
        int fd = tree.open(inode, OpenFlags.O_PATH);
        if (fd < 0) {
            return fd;
        }
        try {
            Seen before = tree.stat(fd);
            if (before != null) {
                reconciler.record(inode.ino(), before, false, 0, 0);
            }
            return kernel.linkat(
                    Stat.AT_FDCWD, Paths.ofDescriptor(fd), directoryFd, name.bytes(), Stat.AT_SYMLINK_FOLLOW);
        } finally {
            kernel.close(fd);
        }
    }

    private int make(int directoryFd, Name name, Inode inode) {
        byte[] bytes = name.bytes();
        int done;
        if (inode.isDirectory()) {
            done = kernel.mkdirat(directoryFd, bytes, 0700);
        } else if (inode.isSymlink()) {
            done = kernel.symlinkat(inode.target(), directoryFd, bytes);
        } else {
            done = kernel.mknodat(directoryFd, bytes, (inode.mode() & Stat.S_IFMT) | 0600, inode.rdev());
        }
        if (done < 0) {
            return done;
        }
        int fd = kernel.openat(directoryFd, bytes, WALK, 0);
        if (fd < 0) {
            return fd;
        }
        byte[] path = Paths.ofDescriptor(fd);
        if (inode.isRegular() && inode.sizeBytes() > 0) {
            done = kernel.truncate(path, inode.sizeBytes());
        }
        if (done >= 0) {
            done = kernel.fchownat(fd, Paths.EMPTY, inode.uid(), inode.gid(), Stat.AT_EMPTY_PATH);
        }
        if (done >= 0 && !inode.isSymlink()) {
            xattrs.restore(inode, Paths.join(Paths.ofDescriptor(directoryFd), bytes));
            done = kernel.fchmodat(Stat.AT_FDCWD, path, inode.mode() & 07777);
        }
        if (done >= 0) {
            done = kernel.utimensat(
                    fd,
                    Paths.EMPTY,
                    inode.atime().seconds(),
                    inode.atime().nanos(),
                    inode.mtime().seconds(),
                    inode.mtime().nanos(),
                    Stat.AT_EMPTY_PATH);
        }
        kernel.close(fd);
        return done;
    }
}
