package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * open(2). Every open is made afresh for its caller, under the caller's credentials: a descriptor that was shared would
 * share its offset. What is no regular file or directory is the caller's own to open: a FIFO blocks, a terminal attaches.
 */
final class OpenCalls {
    private static final int O_TMPFILE_BIT = OpenFlags.O_TMPFILE & ~OpenFlags.O_DIRECTORY;

    private final Services services;
    private final Kernel kernel;
    private final Targets targets;

    OpenCalls(Services services, Targets targets) {
        this.services = services;
        this.kernel = services.kernel();
        this.targets = targets;
    }

    Reply open(Request request) throws IOException {
        FileCall call = request.call();
        int flags = call.flags() | OpenFlags.O_CLOEXEC | OpenFlags.O_NOCTTY;
        if (services.sessions().isCompleted(request.caller().session(), call.requestId())) {
            // It was made before its answer was lost: what it made or emptied must not be made or emptied again.
            flags &= ~(OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_TRUNC);
        }
        if ((flags & OpenFlags.O_PATH) != 0) {
            return openPath(request, flags);
        }
        if ((flags & O_TMPFILE_BIT) != 0) {
            return openUnnamed(request, flags);
        }
        if (mayWrite(flags) && services.region().throttles()) {
            request.aboutToWait();
            awaitRoom(request);
        }
        if ((flags & OpenFlags.O_CREAT) != 0 && isThere(request, flags)) {
            flags &= ~OpenFlags.O_CREAT;
        }
        if ((flags & OpenFlags.O_CREAT) != 0) {
            return openOrCreate(request, flags, call.directory(), call.path(), 0);
        }
        return openExisting(request, flags, call.directory(), call.path());
    }

    /** Whether a path is a link of the kernel's own to an open file: such a file is never made. */
    private static boolean isThere(Request request, int flags) {
        FileCall call = request.call();
        boolean isFollowed = (flags & (OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW)) == 0;
        return call.path().length == 0
                ? !At.isEmpty(call.directory(), call.path())
                : isFollowed && At.isLinkOfCaller(request, call.path());
    }

    private void awaitRoom(Request request) throws IOException {
        try {
            services.writeBack().awaitRoom(request.waitUntilNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for room", e);
        }
    }

    private static boolean mayWrite(int flags) {
        return (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY || (flags & OpenFlags.O_TRUNC) != 0;
    }

    private Reply openPath(Request request, int flags) throws IOException {
        FileCall call = request.call();
        boolean follow = (flags & OpenFlags.O_NOFOLLOW) == 0;
        if (At.isEmpty(call.directory(), call.path())) {
            return Reply.error(Errno.ENOENT);
        }
        At at = targets.locate(request, call.directory(), call.path(), follow);
        int fd = targets.resolver().open(request, at, false, flags & (OpenFlags.O_NOFOLLOW | OpenFlags.O_DIRECTORY));
        return fd < 0 ? Reply.error(at.errno(fd)) : given(request, fd, true);
    }

    /** The answer that passes a descriptor; NATIVE if it is not of the tree. */
    private Reply given(Request request, int fd, boolean evenIfForeign) throws IOException {
        boolean passed = false;
        try {
            Seen seen = services.tree().stat(fd);
            Inode inode = seen == null ? null : targets.inodeOf(request, fd, seen);
            passed = inode != null && (evenIfForeign || seen.isRegular() || seen.isDirectory());
            return passed
                    ? Reply.descriptor(
                            fd,
                            AttributesOf.of(seen, inode, services.namespace().device()))
                    : Reply.natively();
        } finally {
            if (!passed) {
                kernel.close(fd);
            }
        }
    }

    private Reply openExisting(Request request, int flags, int directory, byte[] path) throws IOException {
        if (At.isEmpty(directory, path)) {
            return Reply.error(Errno.ENOENT);
        }
        boolean follow = (flags & OpenFlags.O_NOFOLLOW) == 0;
        At at = targets.locate(request, directory, path, follow);
        int fd = targets.resolver().open(request, at, false, flags & (OpenFlags.O_NOFOLLOW | OpenFlags.O_DIRECTORY));
        if (fd < 0) {
            return Reply.error(at.errno(fd));
        }
        try (Targets.Target target = targets.identified(request, fd)) {
            return target.reply() != null ? target.reply() : reopen(request, at, target, flags);
        }
    }

    /** Opens what an O_PATH descriptor has found, with the caller's flags. */
    private Reply reopen(Request request, At at, Targets.Target target, int flags) throws IOException {
        Seen seen = target.seen();
        if (seen.isSymlink()) {
            return Reply.error(Errno.ELOOP);
        }
        if (!seen.isRegular() && !seen.isDirectory()) {
            return Reply.natively();
        }
        if (seen.isDirectory() && (request.call().flags() & OpenFlags.O_CREAT) != 0) {
            return Reply.error(Errno.EISDIR);
        }
        int plain = flags & ~(OpenFlags.O_CREAT | OpenFlags.O_EXCL);
        return openTarget(request, target, flags, () -> reopened(at, target, plain | OpenFlags.O_NONBLOCK));
    }

    /**
     * O_NOFOLLOW stays among the flags that F_GETFL shows, so it must be given; but the way by descriptor is a link. What
     * O_TRUNC does is done by that way first, so that errors are found in the kernel's order.
     */
    private int reopened(At at, Targets.Target target, int flags) {
        if ((flags & OpenFlags.O_TRUNC) != 0 && target.seen().isDirectory()) {
            return -Errno.EISDIR; // said before permissions are looked at
        }
        byte[] file = Paths.ofDescriptor(target.fd());
        int following = flags & ~OpenFlags.O_NOFOLLOW;
        if (following == flags) {
            return kernel.openat(Stat.AT_FDCWD, file, flags, 0);
        }
        boolean emptying = (flags & OpenFlags.O_TRUNC) != 0;
        int emptied = emptying ? kernel.openat(Stat.AT_FDCWD, file, following, 0) : -1;
        if (emptying && emptied < 0) {
            return emptied;
        }
        int fd = targets.resolver().openAgain(at, flags & ~OpenFlags.O_TRUNC);
        Seen seen = fd < 0 ? null : services.tree().stat(fd);
        boolean isOther = seen == null || seen.ino() != target.seen().ino();
        if (emptied >= 0 && !isOther) {
            kernel.close(emptied);
        }
        if (fd >= 0 && isOther) {
            kernel.close(fd); // another file has the name by now, of which nothing is prepared
            fd = emptied >= 0 ? emptied : kernel.openat(Stat.AT_FDCWD, file, following, 0);
        } else if (fd < 0 && emptied >= 0) {
            fd = emptied;
        }
        return fd;
    }

    /** Opens a regular file or directory that was found; its contents are here before a program gets it. */
    @SuppressWarnings("try") // the lock is held, not used
    private Reply openTarget(Request request, Targets.Target target, int flags, IntSupplier systemCall)
            throws IOException {
        Inode inode = target.inode();
        if (Contents.areLost(inode)) {
            return Reply.error(Errno.ESTALE);
        }
        if (!mustWait(inode, flags)) {
            return opened(request, target, flags, systemCall);
        }
        request.aboutToWait();
        if ((flags & OpenFlags.O_TRUNC) != 0) {
            try (FileLocks.Held held = services.contents().exclusively(inode.ino())) {
                return opened(request, target, flags, systemCall);
            }
        }
        boolean fetched = services.context().asAgent(request.caller(), () -> {
            if (!services.contents().fetch(inode.ino(), target.fd(), request.waitUntilNanos())) {
                return false;
            }
            if (mayWrite(flags)) {
                services.contents().makeDurable(inode.ino(), target.fd());
            }
            return true;
        });
        if (!fetched) {
            return Reply.error(Errno.ENOENT); // removed since it was found
        }
        return opened(request, target, flags, systemCall);
    }

    private Reply opened(Request request, Targets.Target target, int flags, IntSupplier systemCall) throws IOException {
        long ino = target.inode().ino();
        boolean writing =
                mayWrite(flags) && target.inode().isRegular() && target.inode().nlink() > 0;
        boolean emptying = writing && (flags & OpenFlags.O_TRUNC) != 0;
        Inode before = services.namespace().inode(ino);
        if (emptying && before != null && before.present()) {
            // What the kernel is about to drop may be all that is recorded when the agent is killed now.
            services.dirty().grant(ino);
        }
        if (emptying) {
            targets.noticeXattrs(request, target);
        }
        int fd = besideLeases(systemCall, flags);
        if (fd == -Errno.EACCES && isOwnAndMade(request, target)) {
            fd = services.context().asAgent(request.caller(), () -> besideLeases(systemCall, flags));
        }
        if (fd < 0) {
            return Reply.error(-fd);
        }
        boolean passed = false;
        try {
            Seen seen = services.tree().stat(fd);
            if (seen == null || seen.ino() != target.seen().ino()) {
                throw new IOException("a file was replaced natively while it was opened: ino=" + ino);
            }
            if (emptying) {
                services.reconciler()
                        .replaced(
                                ino,
                                seen,
                                request.caller().session(),
                                request.call().requestId());
            } else if (writing) {
                // Only now: write-back, which sees this descriptor, may have taken away an earlier mark.
                services.dirty().grant(ino);
            }
            Inode now = services.namespace().inode(ino);
            passed = true;
            return Reply.descriptor(
                    fd,
                    AttributesOf.of(
                            seen,
                            now != null ? now : target.inode(),
                            services.namespace().device()));
        } finally {
            if (!passed) {
                kernel.close(fd);
            }
        }
    }

    /** A call that is repeated made this file with a mode that denies its owner, who was given a descriptor all the same. */
    private boolean isOwnAndMade(Request request, Targets.Target target) {
        return (request.call().flags() & OpenFlags.O_CREAT) != 0
                && target.seen().isRegular()
                && target.seen().uid() == request.caller().uid()
                && services.sessions()
                        .isCompleted(request.caller().session(), request.call().requestId());
    }

    /**
     * Without waiting for the lease of a program: the caller hears EAGAIN, and waits itself if it wants to. What the system
     * call opens has O_NONBLOCK.
     */
    private int besideLeases(IntSupplier systemCall, int flags) {
        int fd = services.tree().leases().open(systemCall);
        if (fd >= 0 && (flags & OpenFlags.O_NONBLOCK) == 0) {
            kernel.fcntl(fd, OpenFlags.F_SETFL, flags);
        }
        return fd;
    }

    private Reply openUnnamed(Request request, int flags) throws IOException {
        FileCall call = request.call();
        int follow = (flags & OpenFlags.O_NOFOLLOW) == 0 ? 0 : Stat.AT_SYMLINK_NOFOLLOW;
        try (Targets.Target target = targets.existing(request, call.directory(), call.path(), follow)) {
            if (target.reply() != null) {
                return target.reply();
            }
            int fd = kernel.openat(target.fd(), Paths.bytes("."), flags, call.mode());
            if (fd < 0) {
                return Reply.error(-fd);
            }
            Seen seen = services.tree().stat(fd);
            if (seen == null) {
                kernel.close(fd);
                return Reply.error(Errno.EIO);
            }
            boolean passed = false;
            try {
                Inode orphan = recordUnnamed(seen);
                passed = true;
                return Reply.descriptor(
                        fd, AttributesOf.of(seen, orphan, services.namespace().device()));
            } finally {
                if (!passed) {
                    kernel.close(fd);
                }
            }
        }
    }

    private Inode recordUnnamed(Seen seen) throws IOException {
        Namespace namespace = services.namespace();
        try (Change change = namespace.change()) {
            Inode orphan = AttributesOf.imported(change.allocateInode(), seen, namespace.mirrorGeneration())
                    .nlink(0)
                    .build();
            change.orphan(orphan);
            change.commit();
            return orphan;
        }
    }

    @SuppressWarnings("try") // locks are held, not used
    private Reply openOrCreate(Request request, int flags, int directory, byte[] path, int links) throws IOException {
        boolean follow = (flags & (OpenFlags.O_NOFOLLOW | OpenFlags.O_EXCL)) == 0;
        if (links > 0 && OwnPaths.isAboutProcess(path, request.caller().pid())) {
            return openExisting(request, flags & ~OpenFlags.O_CREAT, directory, path);
        }
        try (Targets.Placed placed = targets.place(request, directory, path, follow)) {
            if (placed.reply() != null) {
                return placed.reply();
            }
            Place place = placed.place();
            if (!place.isInTree()) {
                // In /proc nothing is made, but much is open there.
                return follow && place.isInProc(services.tree())
                        ? openExisting(request, flags & ~OpenFlags.O_CREAT, directory, path)
                        : Reply.natively();
            }
            if (!place.isEntry() || place.hasTrailingSlash()) {
                return refused(place, flags, request.call().mode());
            }
            Link link;
            try (DirectoryLocks.Held held =
                    services.locks().hold(place.directory().ino())) {
                int fd = kernel.openat(
                        place.directoryFd(),
                        place.bytes(),
                        OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC,
                        0);
                if (fd == -Errno.ENOENT) {
                    return create(request, place, flags);
                }
                if (fd < 0) {
                    return Reply.error(-fd);
                }
                try (Targets.Target target = targets.known(fd)) {
                    if (target.inode() != null && !target.seen().isSymlink() && !mustWait(target.inode(), flags)) {
                        return openFound(request, place, target, flags);
                    }
                    if (!follow && target.seen().isSymlink()) {
                        return (flags & OpenFlags.O_EXCL) != 0
                                ? Reply.error(Errno.EEXIST)
                                : refusedLink(place, flags, request.call().mode());
                    }
                    if ((flags & OpenFlags.O_EXCL) != 0) {
                        return Reply.error(Errno.EEXIST);
                    }
                    link = target.seen().isSymlink() ? Link.read(kernel, target.fd(), place) : null;
                }
            }
            if (link == null) {
                // Contents are fetched, and what is unknown is taken in, without holding the directory.
                Reply reply = openExisting(request, flags & ~OpenFlags.O_CREAT, directory, path);
                boolean gone = reply.errno() == Errno.ENOENT && links < Paths.MAX_LINKS;
                return gone ? openOrCreate(request, flags, directory, path, links + 1) : reply;
            }
            if (link.errno() != 0 || links >= Paths.MAX_LINKS) {
                return Reply.error(link.errno() != 0 ? link.errno() : Errno.ELOOP);
            }
            return followed(request, flags, place, link.target(), links + 1);
        }
    }

    /** Whether contents have to be fetched, or brought to the disk because they are about to be changed. */
    private static boolean mustWait(Inode inode, int flags) {
        return inode.isRegular()
                && inode.nlink() > 0
                && (flags & (OpenFlags.O_CREAT | OpenFlags.O_EXCL)) != (OpenFlags.O_CREAT | OpenFlags.O_EXCL)
                && (!inode.present() || (inode.fetched() && mayWrite(flags)));
    }

    /** A link in the last place: the file is made where it points. */
    private Reply followed(Request request, int flags, Place place, byte[] target, int links) throws IOException {
        return openOrCreate(request, flags, At.agents(place.directoryFd()), target, links);
    }

    /** What a link says. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Link(byte[] target, int errno) {
        static Link read(Kernel kernel, int linkFd, Place place) {
            byte[] into = new byte[Paths.MAX_BYTES + 1];
            long length = kernel.readlinkat(linkFd, Paths.EMPTY, into);
            return length < 0 ? new Link(place.bytes(), (int) -length) : new Link(Arrays.copyOf(into, (int) length), 0);
        }
    }

    /** A link that is not to be followed: ELOOP, or what the kernel's rules for sticky directories say first. */
    private Reply refusedLink(Place place, int flags, int mode) {
        int fd = targets.resolver().openName(place, flags & ~OpenFlags.O_TRUNC, mode);
        if (fd >= 0) {
            kernel.close(fd); // a program has just put a file in its place natively
        }
        return Reply.error(fd >= 0 ? Errno.ELOOP : -fd);
    }

    /** A name that cannot be an entry: the kernel says why. */
    private Reply refused(Place place, int flags, int mode) {
        int fd = kernel.openat(place.directoryFd(), place.bytes(), flags, mode);
        if (fd >= 0) {
            kernel.close(fd);
            return Reply.natively();
        }
        return Reply.error(-fd);
    }

    /** O_CREAT of a name that exists: opened by name, as the kernel's rules for sticky directories look at that. */
    private Reply openFound(Request request, Place place, Targets.Target target, int flags) throws IOException {
        Seen seen = target.seen();
        if (!seen.isRegular() && !seen.isDirectory()) {
            return (flags & OpenFlags.O_EXCL) != 0 ? Reply.error(Errno.EEXIST) : Reply.natively();
        }
        return opened(request, target, flags, () -> targets.resolver()
                .openName(place, flags | OpenFlags.O_NONBLOCK, request.call().mode()));
    }

    private Reply create(Request request, Place place, int flags) throws IOException {
        int[] fd = {-1};
        boolean passed = false;
        try {
            Reconciler.Site site = services.reconciler().before(place).forNewFile();
            ArmedChange change = new ArmedChange(services, request, List.of(site));
            Reply reply = change.make(
                    () -> fd[0] = targets.resolver()
                            .openName(place, flags, request.call().mode()),
                    change.unmake(0),
                    Reply::done);
            passed = true;
            return reply.errno() != 0 ? reply : given(request, fd[0], false);
        } finally {
            if (!passed && fd[0] >= 0) {
                kernel.close(fd[0]);
            }
        }
    }
}
