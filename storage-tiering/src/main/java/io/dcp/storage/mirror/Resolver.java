package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.StatFs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Opens what the paths of callers name, under their credentials. The kernel walks, but follows none of its own links ({@code
 * /proc/self/cwd}, {@code /proc/PID/fd/N}) on the way: followed by a thread of the agent they would lead to the agent's
 * descriptors, past all permissions of directories. If a path has such a link, the call is made again from where the link leads
 * in the caller ({@link LeadsOn}).
 */
final class Resolver {
    private static final int WALK = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
    private static final int KNOWN = OpenFlags.O_ACCMODE
            | OpenFlags.O_CREAT
            | OpenFlags.O_EXCL
            | OpenFlags.O_NOCTTY
            | OpenFlags.O_TRUNC
            | OpenFlags.O_APPEND
            | OpenFlags.O_NONBLOCK
            | OpenFlags.O_SYNC
            | OpenFlags.O_ASYNC
            | OpenFlags.O_DIRECT
            | OpenFlags.O_LARGEFILE
            | OpenFlags.O_DIRECTORY
            | OpenFlags.O_NOFOLLOW
            | OpenFlags.O_NOATIME
            | OpenFlags.O_CLOEXEC;
    private static final int STICKY_FOR_ALL = 01002;

    private final MirrorTree tree;
    private final Kernel kernel;
    private final CallerContext context;

    /** Thrown where a path goes through a link of the kernel's own: what the call means instead. */
    @SuppressWarnings("ArrayRecordComponent")
    static final class LeadsOn extends RuntimeException {
        private static final long serialVersionUID = 1;

        /** Where it leads, to be closed by who catches this; -1 if the caller makes the call natively. */
        final int fd;

        /** The rest of the path from there; empty if nothing follows. */
        final transient byte[] rest;

        /** Whether it is the call's second path. */
        final boolean second;

        LeadsOn(int fd, byte[] rest, boolean second) {
            super("a path leads through a link of the kernel's own", null, false, false);
            this.fd = fd;
            this.rest = rest;
            this.second = second;
        }
    }

    Resolver(MirrorTree tree, CallerContext context) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.context = context;
    }

    /**
     * Opens with O_PATH what a path names.
     *
     * @param second whether it is the call's second path
     * @param flags O_DIRECTORY, O_NOFOLLOW or 0
     * @return a descriptor, or a negative errno
     * @throws LeadsOn if the call has to be made otherwise
     */
    int open(Request request, At at, boolean second, int flags) throws IOException {
        return open(request, at, second, flags, Paths.EMPTY);
    }

    /** Opens the directory in which the last component of a path is, as {@link #open}. */
    int openParent(Request request, At at, boolean second, byte[] parent, byte[] last) throws IOException {
        return open(request, at.to(parent), second, OpenFlags.O_DIRECTORY, last);
    }

    /** Opens once more what {@link #open} found by a path, now with the caller's flags; another file may have the name by now. */
    int openAgain(At at, int flags) {
        return at.itself()
                ? kernel.openat(at.fd(), at.path(), flags, 0)
                : kernel.openat2(at.fd(), at.path(), plain(flags), 0, OpenFlags.RESOLVE_NO_MAGICLINKS);
    }

    /** Opens or makes a name that was seen to be no link; -ELOOP if a program has made it one natively. */
    int openName(Place place, int flags, int mode) {
        return kernel.openat2(
                place.directoryFd(),
                place.bytes(),
                plain(flags),
                (flags & OpenFlags.O_CREAT) == 0 ? 0 : mode & 07777,
                OpenFlags.RESOLVE_NO_SYMLINKS);
    }

    /** openat(2) ignores flags that it does not know, and sets this one; openat2(2) does neither. */
    private static int plain(int flags) {
        return (flags & KNOWN) | OpenFlags.O_LARGEFILE;
    }

    private int open(Request request, At at, boolean second, int flags, byte[] last) throws IOException {
        int all = flags | OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
        if (at.itself()) {
            return kernel.openat(at.fd(), at.path(), all, 0);
        }
        // Most paths have no links at all, and what the kernel says of these needs no further look.
        int fd = kernel.openat2(at.fd(), at.path(), all, 0, OpenFlags.RESOLVE_NO_SYMLINKS);
        if (fd >= 0
                || (fd != -Errno.ELOOP
                        && !OwnPaths.isAboutProcess(at.path(), request.caller().pid()))) {
            return fd;
        }
        fd = kernel.openat2(at.fd(), at.path(), all, 0, OpenFlags.RESOLVE_NO_MAGICLINKS);
        if (fd >= 0 || staysInTree(request.caller(), at, all, fd)) {
            return fd;
        }
        try (Walk walk = new Walk(request.caller(), at, (flags & OpenFlags.O_NOFOLLOW) == 0)) {
            int led = walk.go();
            if (led == Walk.NOWHERE) {
                return fd;
            }
            if (led < 0 && led != Walk.NATIVELY) {
                return led;
            }
            byte[] rest = last.length == 0 ? walk.rest : walk.rest.length == 0 ? last : Paths.join(walk.rest, last);
            throw new LeadsOn(led == Walk.NATIVELY ? -1 : led, rest, second);
        }
    }

    /** Whether a walk that failed never left the tree; then it met nothing that means something else to the caller. */
    private boolean staysInTree(Caller caller, At at, int flags, int error) {
        int fd = at.fd();
        byte[] path = at.path();
        if (fd == Stat.AT_FDCWD) {
            byte[] root = tree.rootPath();
            boolean below = path.length > root.length + 1
                    && path[root.length] == '/'
                    && Arrays.equals(path, 0, root.length, root, 0, root.length);
            if (!below || caller.ownRoot()) {
                return false;
            }
            fd = tree.rootFd();
            path = Paths.join(Paths.bytes("."), Arrays.copyOfRange(path, root.length + 1, path.length));
        } else {
            Seen seen = tree.stat(fd);
            if (seen == null || seen.dev() != tree.root().dev()) {
                return false;
            }
        }
        int inside = OpenFlags.RESOLVE_NO_MAGICLINKS | OpenFlags.RESOLVE_NO_XDEV;
        int again = kernel.openat2(fd, path, flags, 0, inside);
        if (again >= 0) {
            kernel.close(again);
        }
        return again == error && error != -Errno.ELOOP;
    }

    /** The slow way: component by component, to find where a path enters a procfs. */
    private final class Walk implements AutoCloseable {
        /** There is no procfs on the way: the kernel's error stands. */
        static final int NOWHERE = -10_000;

        static final int NATIVELY = -10_001;

        private final Caller caller;
        private final Deque<byte[]> ahead = new ArrayDeque<>();
        private final boolean follow;
        private boolean slashed;
        private int at;

        /** What of the path is left from where it leads. */
        private byte[] rest = Paths.EMPTY;

        Walk(Caller caller, At from, boolean follow) {
            this.caller = caller;
            this.follow = follow;
            this.slashed = Paths.withoutTrailingSlashes(from.path()) < from.path().length;
            Paths.push(ahead, from.path());
            this.at = kernel.openat(
                    from.fd(),
                    Paths.bytes(Paths.isAbsolute(from.path()) ? "/" : "."),
                    OpenFlags.O_PATH | OpenFlags.O_CLOEXEC,
                    0);
        }

        @Override
        public void close() {
            if (at >= 0) {
                kernel.close(at);
            }
        }

        /** A descriptor of where the path leads, NOWHERE, NATIVELY, or a negative errno. */
        int go() throws IOException {
            int links = 0;
            while (at >= 0 && !ahead.isEmpty()) {
                Seen directory = tree.stat(at);
                if (directory == null) {
                    return NOWHERE;
                }
                if (tree.isProcRoot(directory)) {
                    return throughProc();
                }
                if (isInProc(directory)) {
                    return NATIVELY;
                }
                byte[] component = ahead.pop();
                int next = kernel.openat(at, component, WALK, 0);
                Seen seen = next < 0 ? null : tree.stat(next);
                if (seen != null && seen.isSymlink() && (follow || slashed || !ahead.isEmpty())) {
                    byte[] target = Paths.targetOf(kernel, next);
                    kernel.close(next);
                    if (++links > Paths.MAX_LINKS || target == null) {
                        return NOWHERE;
                    }
                    if (mayBeProtected(directory, seen)) {
                        return NATIVELY;
                    }
                    slashed |= ahead.isEmpty() && Paths.withoutTrailingSlashes(target) < target.length;
                    Paths.push(ahead, target);
                    byte[] from = Paths.bytes(Paths.isAbsolute(target) ? "/" : ".");
                    next = kernel.openat(at, from, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
                }
                kernel.close(at);
                at = next;
            }
            return NOWHERE;
        }

        private boolean isInProc(Seen directory) {
            if (directory.dev() == tree.root().dev()) {
                return false;
            }
            StatFs fs = kernel.fstatfs(at);
            return fs == null || fs.type() == MirrorTree.PROC_SUPER_MAGIC;
        }

        /** The kernel may refuse to follow others' links in directories such as /tmp (fs.protected_symlinks). */
        private boolean mayBeProtected(Seen directory, Seen link) {
            return (directory.mode() & STICKY_FOR_ALL) == STICKY_FOR_ALL
                    && link.uid() != caller.uid()
                    && link.uid() != directory.uid();
        }

        private int throughProc() throws IOException {
            byte[] path = OwnPaths.ofComponents(ahead);
            if (path == null) {
                return NATIVELY;
            }
            path = OwnPaths.ofCaller(slashed ? Paths.join(path, Paths.EMPTY) : path, caller.pid());
            int process = OwnPaths.process(path);
            OwnPaths.Own own = process < 0 ? null : OwnPaths.parse(path, process);
            boolean isLinkItself = own != null && own.rest().length == 0 && !follow;
            if (own == null || isLinkItself || (process != caller.pid() && isAgents(process))) {
                return NATIVELY;
            }
            rest = Paths.isAbsolute(own.rest()) ? Paths.bytes("./") : own.rest();
            int flags = OpenFlags.O_PATH | OpenFlags.O_CLOEXEC;
            if (process == caller.pid()) {
                // As the agent: the caller may always follow its own, also if it has changed its user.
                return context.asAgent(caller, () -> kernel.openat(Stat.AT_FDCWD, own.base(), flags, 0));
            }
            String base = Paths.text(own.base()).substring("/proc/".length());
            return kernel.openat(Stat.AT_FDCWD, Paths.bytes(Paths.inProc(base)), flags, 0);
        }

        /** Whether a process or thread is the agent, whose links the kernel lets all threads of the agent follow. */
        private boolean isAgents(int process) {
            return tree.ask(Stat.AT_FDCWD, Paths.bytes(Paths.inProc("self/task/" + process)), 0) == 0;
        }
    }
}
