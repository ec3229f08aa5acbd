package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * open(2). Every open is made afresh for its caller, under the caller's credentials: a descriptor that was shared would
 * share its offset. What is no regular file or directory is the caller's own to open: a FIFO blocks, a terminal attaches.
 */
final class OpenCalls {
    private static final int MAX_LINKS = 40;
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
        if ((flags & OpenFlags.O_CREAT) != 0) {
            return openOrCreate(request, flags, call.directory(), call.path(), 0);
        }
        return openExisting(request, flags, call.directory(), call.path());
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
        if (call.path().length == 0) {
            return Reply.error(Errno.ENOENT);
        }
        try (At at = targets.locate(request, call.directory(), call.path(), follow)) {
            int fd = kernel.openat(at.fd(), at.path(), flags & ~OpenFlags.O_CREAT, 0);
            if (fd < 0) {
                return Reply.error(at.errno(fd, request.caller(), call.directory(), call.path()));
            }
            return given(request, fd, true);
        }
    }

    /** The answer that passes a descriptor; NATIVE if it is not of the tree. */
    private Reply given(Request request, int fd, boolean evenIfForeign) throws IOException {
        Seen seen = services.tree().stat(fd);
        Inode inode = seen == null ? null : targets.inodeOf(request, fd, seen);
        if (inode == null) {
            kernel.close(fd);
            return Reply.natively();
        }
        Attributes attributes =
                AttributesOf.of(seen, inode, services.namespace().device());
        return evenIfForeign || Stat.isRegular(seen.mode()) || Stat.isDirectory(seen.mode())
                ? Reply.descriptor(fd, attributes)
                : closed(fd);
    }

    private Reply closed(int fd) {
        kernel.close(fd);
        return Reply.natively();
    }

    private Reply openExisting(Request request, int flags, int directory, byte[] path) throws IOException {
        if (path.length == 0) {
            return Reply.error(Errno.ENOENT);
        }
        boolean follow = (flags & OpenFlags.O_NOFOLLOW) == 0;
        try (At at = targets.locate(request, directory, path, follow)) {
            int look =
                    OpenFlags.O_PATH | OpenFlags.O_CLOEXEC | (flags & (OpenFlags.O_NOFOLLOW | OpenFlags.O_DIRECTORY));
            int fd = kernel.openat(at.fd(), at.path(), look, 0);
            if (fd < 0) {
                return Reply.error(at.errno(fd, request.caller(), directory, path));
            }
            try (Targets.Target target = targets.identified(request, fd)) {
                return target.reply() != null ? target.reply() : reopen(request, at, target, flags);
            }
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
        prepare(request, target.inode(), flags);
        int plain = flags & ~(OpenFlags.O_CREAT | OpenFlags.O_EXCL);
        // O_NOFOLLOW stays among the flags that F_GETFL shows, so it must be given; the way by descriptor is a link.
        int fd = (flags & OpenFlags.O_NOFOLLOW) != 0
                ? kernel.openat(at.fd(), at.path(), plain, 0)
                : kernel.openat(Stat.AT_FDCWD, Paths.ofDescriptor(target.fd()), plain, 0);
        return opened(request, fd, target.inode(), flags);
    }

    /** What has to be true of a regular file before a program gets it. */
    private void prepare(Request request, Inode inode, int flags) throws IOException {
        if (!inode.isRegular() || inode.nlink() == 0) {
            return;
        }
        boolean emptied = (flags & OpenFlags.O_TRUNC) != 0;
        if (!inode.present() && !emptied) {
            request.aboutToWait();
            services.context().asAgent(request.caller(), () -> {
                services.contents().fetch(inode.ino(), request.waitUntilNanos());
                return null;
            });
        }
        if (mayWrite(flags)) {
            services.dirty().grant(inode.ino());
        }
    }

    private Reply opened(Request request, int fd, Inode inode, int flags) throws IOException {
        if (fd < 0) {
            return Reply.error(-fd);
        }
        Seen seen = services.tree().stat(fd);
        if (seen == null) {
            kernel.close(fd);
            return Reply.error(Errno.EIO);
        }
        Inode now = inode;
        if ((flags & OpenFlags.O_TRUNC) != 0 && inode.nlink() > 0) {
            try {
                now = emptied(request, inode, seen);
            } catch (IOException e) {
                kernel.close(fd);
                throw e;
            }
        }
        return Reply.descriptor(
                fd, AttributesOf.of(seen, now, services.namespace().device()));
    }

    private Inode emptied(Request request, Inode inode, Seen seen) throws IOException {
        Inode after;
        try (Change change = services.namespace().change()) {
            Inode now = change.inode(inode.ino());
            if (now == null) {
                return inode;
            }
            after = AttributesOf.refreshed(now, seen).present(true).build();
            change.put(after);
            Sessions.record(change, request.caller().session(), request.call().requestId());
            change.commit();
        }
        services.sessions().completed(request.caller().session(), request.call().requestId());
        return after;
    }

    private Reply openUnnamed(Request request, int flags) throws IOException {
        FileCall call = request.call();
        try (Targets.Target target = targets.existing(request, call.directory(), call.path(), 0)) {
            if (target.reply() != null) {
                return target.reply();
            }
            int fd = kernel.openat(Stat.AT_FDCWD, Paths.ofDescriptor(target.fd()), flags, call.mode());
            if (fd < 0) {
                return Reply.error(-fd);
            }
            Seen seen = services.tree().stat(fd);
            if (seen == null) {
                kernel.close(fd);
                return Reply.error(Errno.EIO);
            }
            long ino;
            try (Change change = services.namespace().change()) {
                ino = change.allocateInode();
            }
            Inode orphan = AttributesOf.imported(ino, seen, services.namespace().mirrorGeneration())
                    .nlink(0)
                    .build();
            services.orphans().add(orphan);
            return Reply.descriptor(
                    fd, AttributesOf.of(seen, orphan, services.namespace().device()));
        }
    }

    @SuppressWarnings("try") // locks are held, not used
    private Reply openOrCreate(Request request, int flags, int directory, byte[] path, int links) throws IOException {
        boolean follow = (flags & (OpenFlags.O_NOFOLLOW | OpenFlags.O_EXCL)) == 0;
        try (Targets.Placed placed = targets.place(request, directory, path, follow)) {
            if (placed.reply() != null) {
                return placed.reply();
            }
            Place place = placed.place();
            if (!place.isInTree()) {
                return Reply.natively();
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
                try (Targets.Target target = targets.identified(request, fd)) {
                    if (target.reply() != null) {
                        return target.reply();
                    }
                    if (!target.seen().isSymlink() && !mustFetch(target.inode(), flags)) {
                        return openFound(request, place, target, flags);
                    }
                    if (!follow && target.seen().isSymlink()) {
                        return Reply.error((flags & OpenFlags.O_EXCL) != 0 ? Errno.EEXIST : Errno.ELOOP);
                    }
                    link = target.seen().isSymlink() ? Link.read(kernel, target.fd(), place) : null;
                }
            }
            if (link == null) {
                // Contents are fetched without holding the directory.
                return openExisting(request, flags & ~OpenFlags.O_CREAT, directory, path);
            }
            if (link.errno() != 0 || links >= MAX_LINKS) {
                return Reply.error(link.errno() != 0 ? link.errno() : Errno.ELOOP);
            }
            return followed(request, flags, place, link.target(), links + 1);
        }
    }

    private static boolean mustFetch(Inode inode, int flags) {
        return inode.isRegular()
                && !inode.present()
                && inode.nlink() > 0
                && (flags & (OpenFlags.O_TRUNC | OpenFlags.O_EXCL)) == 0;
    }

    /** A link in the last place: the file is made where it points. */
    private Reply followed(Request request, int flags, Place place, byte[] target, int links) throws IOException {
        byte[] path =
                Paths.isAbsolute(target) ? target : Paths.join(Paths.ofAgentDescriptor(place.directoryFd()), target);
        return openOrCreate(request, flags, Stat.AT_FDCWD, path, links);
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
        if ((flags & OpenFlags.O_EXCL) == 0 && seen.isRegular()) {
            prepare(request, target.inode(), flags);
        }
        int fd = kernel.openat(
                place.directoryFd(), place.bytes(), flags, request.call().mode());
        return opened(request, fd, target.inode(), flags);
    }

    private Reply create(Request request, Place place, int flags) throws IOException {
        FileCall call = request.call();
        long session = request.caller().session();
        Name name = place.name();
        int intent = services.intents().arm(session, call.requestId(), name, null);
        try {
            int fd = kernel.openat(place.directoryFd(), place.bytes(), flags, call.mode());
            if (fd < 0) {
                return Reply.error(-fd);
            }
            try {
                services.context().asAgent(request.caller(), () -> services.reconciler()
                        .settle(
                                List.of(new Reconciler.Site(name, place.directoryFd())),
                                session,
                                call.requestId(),
                                true));
                return given(request, fd, false);
            } catch (IOException e) {
                kernel.close(fd);
                throw e;
            }
        } finally {
            services.intents().disarm(intent);
        }
    }
}
