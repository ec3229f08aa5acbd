package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.SilentOpener;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The mirror as the kernel shows it: asks, finds files of the namespace, changes nothing. Any thread; acts under the
 * thread's present credentials.
 */
final class MirrorTree {
    private static final int STATX_MASK = Stat.STATX_BASIC_STATS | Stat.STATX_BTIME | Stat.STATX_MNT_ID;
    /** Type of a procfs in {@link io.dcp.ipc.kernel.StatFs}. */
    static final long PROC_SUPER_MAGIC = 0x9fa0;

    private static final long PROC_ROOT_INODE = 1;
    private static final int MAX_DEPTH = 4096;
    private static final int READ = OpenFlags.O_RDONLY | OpenFlags.O_NOATIME | OpenFlags.O_NONBLOCK;

    private final Kernel kernel;
    private final Namespace namespace;
    private final byte[] rootPath;
    private final int rootFd;
    private final Seen root;
    private final long procDevice;
    private final Leases leases;
    private final SilentOpener reader;
    private final SilentOpener writer;
    private final ThreadLocal<Statx> holder = ThreadLocal.withInitial(Statx::new);

    /**
     * @throws IOException if the root is not there
     */
    MirrorTree(Kernel kernel, Namespace namespace, Path rootAsProgramsSeeIt) throws IOException {
        this.kernel = kernel;
        this.namespace = namespace;
        this.rootPath = Paths.bytes(rootAsProgramsSeeIt.toString());
        this.rootFd = kernel.openat(
                Stat.AT_FDCWD, rootPath, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
        if (rootFd < 0) {
            throw new IOException(
                    "cannot open the mirror: path=" + rootAsProgramsSeeIt + " error=" + Errno.name(-rootFd));
        }
        this.root = stat(rootFd);
        if (root == null) {
            throw new IOException("cannot stat the mirror: path=" + rootAsProgramsSeeIt);
        }
        this.procDevice = ask(Stat.AT_FDCWD, Paths.bytes("/proc"), 0) < 0 ? -1 : answer().dev();
        this.leases = new Leases(kernel);
        this.reader = new SilentOpener(kernel, READ);
        this.writer = new SilentOpener(kernel, OpenFlags.O_RDWR | OpenFlags.O_NONBLOCK);
    }

    /** Lets go of the root; nothing may be asked afterwards. */
    void close() {
        leases.close();
        reader.close();
        writer.close();
        kernel.close(rootFd);
    }

    Kernel kernel() {
        return kernel;
    }

    /** A descriptor of the root directory. */
    int rootFd() {
        return rootFd;
    }

    Seen root() {
        return root;
    }

    Leases leases() {
        return leases;
    }

    byte[] rootPath() {
        return rootPath;
    }

    /** Whether a file is in the agent's procfs. */
    boolean isProc(Seen seen) {
        return seen.dev() == procDevice;
    }

    /** Whether a file is the root of the agent's procfs, below which processes have the numbers that the agent knows. */
    boolean isProcRoot(Seen seen) {
        return isProc(seen) && seen.ino() == PROC_ROOT_INODE;
    }

    /** Asks the kernel; 0 or a negative errno, the answer is in {@link #answer()} until this thread asks again. */
    int ask(int dir, byte[] path, int flags) {
        return kernel.statx(dir, path, flags, STATX_MASK, holder.get());
    }

    Seen answer() {
        return Seen.of(holder.get());
    }

    /** What a name in a directory is, a link not followed; null if it is not there or cannot be asked for. */
    Seen look(int dir, byte[] name) {
        return ask(dir, name, Stat.AT_SYMLINK_NOFOLLOW) < 0 ? null : answer();
    }

    /** What a descriptor refers to; null if that cannot be asked. */
    Seen stat(int fd) {
        return ask(fd, Paths.EMPTY, Stat.AT_EMPTY_PATH) < 0 ? null : answer();
    }

    /** The inode of the namespace that a mirror file is; null if the namespace does not know it. */
    Inode inodeOf(Seen seen) {
        if (seen.dev() != root.dev()) {
            return null;
        }
        return seen.ino() == root.ino()
                ? namespace.inode(Namespace.ROOT)
                : namespace.byMirror(seen.ino(), seen.btime());
    }

    /**
     * The inode without a name that a mirror file is; null if there is none. Numbers and times of birth come again within a
     * step of the clock, so the type has to be the same.
     */
    Inode orphanOf(Seen seen) {
        Inode inode = namespace.orphan(seen.ino(), seen.btime());
        return inode != null && (inode.mode() & Stat.S_IFMT) == (seen.mode() & Stat.S_IFMT) ? inode : null;
    }

    /** Whether a file is on the mirror, also if the namespace does not know it. */
    boolean isInTree(Seen seen) {
        return seen.dev() == root.dev() && (seen.mountId() == root.mountId() || inodeOf(seen) != null);
    }

    /**
     * Opens an inode's mirror file for the agent's own reading, by one of its names: programs that watch it are told nothing,
     * and its access time stays. A negative errno if it is not there, or a program has it for itself by a lease. Under the
     * agent's credentials.
     */
    int openUnseen(Inode inode) {
        int fd = open(inode, OpenFlags.O_PATH);
        if (fd < 0) {
            return fd;
        }
        Seen seen = stat(fd);
        boolean leased = seen != null && seen.isRegular() && leases.isLeasedForWriting(seen);
        int opened = leased ? -Errno.EAGAIN : reopenUnseen(fd, false);
        kernel.close(fd);
        return opened;
    }

    /** Opens the file behind a descriptor for the agent's own reading or writing, as {@link #openUnseen}. */
    int reopenUnseen(int fd, boolean writing) {
        return writing ? writer.reopen(fd, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK) : reader.reopen(fd, READ);
    }

    /** Opens an inode's mirror file by one of its names; a negative errno if it is not there. Under the agent's credentials. */
    int open(Inode inode, int flags) {
        if (inode.ino() == Namespace.ROOT) {
            return kernel.openat(rootFd, Paths.bytes("."), flags | OpenFlags.O_CLOEXEC, 0);
        }
        // Nearly always the first name will do; an inode can have tens of thousands.
        int fd = open(inode, flags, namespace.names(inode.ino(), 1));
        return fd != -Errno.ENOENT ? fd : open(inode, flags, namespace.names(inode.ino()));
    }

    private int open(Inode inode, int flags, List<Name> names) {
        for (Name name : names) {
            Entry entry = namespace.entry(name.directory(), name.bytes());
            if (entry == null || !namespace.isOnMirror(entry)) {
                continue;
            }
            int parent = openDirectory(name.directory());
            if (parent < 0) {
                continue;
            }
            int fd = kernel.openat(
                    parent,
                    name.bytes(),
                    flags | (inode.isSymlink() ? OpenFlags.O_PATH : 0) | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC,
                    0);
            kernel.close(parent);
            if (fd >= 0) {
                Seen seen = stat(fd);
                if (seen != null && seen.ino() == inode.mirrorInode()) {
                    return fd;
                }
                kernel.close(fd);
            }
        }
        return -Errno.ENOENT;
    }

    /** Opens a directory of the mirror with O_PATH; a negative errno if it is not there. */
    int openDirectory(long ino) {
        byte[] path = pathBelowRoot(ino);
        return path == null ? -Errno.ENOENT : openBelowRoot(path);
    }

    /** Opens a directory of the mirror with O_PATH by its path from the root, of any length; a negative errno. */
    int openBelowRoot(byte[] path) {
        int flags = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        if (path.length <= Paths.MAX_BYTES) {
            return kernel.openat(rootFd, path, flags, 0);
        }
        int fd = kernel.openat(rootFd, Paths.bytes("."), flags, 0);
        for (int from = 0; from < path.length && fd >= 0; ) {
            int to = from;
            while (to < path.length && path[to] != '/') {
                to++;
            }
            int next = kernel.openat(fd, Arrays.copyOfRange(path, from, to), flags, 0);
            kernel.close(fd);
            fd = next;
            from = to + 1;
        }
        return fd;
    }

    /** The path of a directory, relative to the root ("." for the root); null if it has no name. */
    private byte[] pathBelowRoot(long ino) {
        if (ino == Namespace.ROOT) {
            return Paths.bytes(".");
        }
        byte[] path = null;
        long at = ino;
        for (int depth = 0; at != Namespace.ROOT && depth < MAX_DEPTH; depth++) {
            var names = namespace.names(at, 1);
            if (names.isEmpty()) {
                return null;
            }
            Name name = names.get(0);
            path = path == null ? name.bytes() : Paths.join(name.bytes(), path);
            at = name.directory();
        }
        return path;
    }
}
