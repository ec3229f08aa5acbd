package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import java.io.IOException;

/** Finds what a call is about. */
final class Targets {
    private final Services services;
    private final Resolver resolver;

    /**
     * An existing file that a call names.
     *
     * @param fd O_PATH descriptor, owned; -1 if the call is answered by {@code reply}
     * @param inode its record; one without names has nlink 0
     * @param reply the answer if there is no such file, or it is not in the tree; else null
     */
    record Target(int fd, Seen seen, Inode inode, Reply reply, Services services) implements AutoCloseable {
        /** Whether nothing was done to the mirror file, natively or before a kill, that its record does not know. */
        boolean isRecorded() {
            return seen.ctime().equals(inode.mirrorCtime());
        }

        @Override
        public void close() {
            if (fd >= 0) {
                services.kernel().close(fd);
            }
        }
    }

    Targets(Services services) {
        this.services = services;
        this.resolver = new Resolver(services.tree(), services.context());
    }

    Resolver resolver() {
        return resolver;
    }

    /** Where a path of the caller is; materialized, if the mirror may lack it. */
    At locate(Request request, int directory, byte[] path, boolean follow) throws IOException {
        At at = At.of(services.kernel(), request, directory, path, follow || path.length == 0);
        if (services.namespace().isCold()) {
            services.context().asAgentInCallersRoot(request.caller(), () -> {
                services.materializer().ensure(at, follow || path.length == 0);
                return null;
            });
        }
        return at;
    }

    /**
     * Finds an existing file.
     *
     * @param atFlags AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
     */
    Target existing(Request request, int directory, byte[] path, int atFlags) throws IOException {
        if (At.isEmpty(directory, path) && (atFlags & Stat.AT_EMPTY_PATH) == 0) {
            return answered(Reply.error(Errno.ENOENT));
        }
        boolean follow = path.length == 0 || (atFlags & Stat.AT_SYMLINK_NOFOLLOW) == 0;
        At at = locate(request, directory, path, follow);
        int fd = resolver.open(request, at, false, follow ? 0 : OpenFlags.O_NOFOLLOW);
        return fd < 0 ? answered(Reply.error(at.errno(fd))) : identified(request, fd);
    }

    /**
     * What an O_PATH descriptor is, as far as the namespace knows it already; takes the descriptor over. The reply is not
     * set; the inode is null if the file is unknown.
     */
    Target known(int fd) throws IOException {
        Seen seen = services.tree().stat(fd);
        if (seen == null) {
            services.kernel().close(fd);
            throw new IOException("a file of the mirror cannot be asked");
        }
        Inode inode = services.tree().inodeOf(seen);
        return new Target(fd, seen, inode != null ? inode : services.tree().orphanOf(seen), null, services);
    }

    /** What an O_PATH descriptor is; takes the descriptor over. */
    Target identified(Request request, int fd) throws IOException {
        Target target = null;
        try {
            Seen seen = services.tree().stat(fd);
            Inode inode = seen == null ? null : inodeOf(request, fd, seen);
            target = inode == null ? null : new Target(fd, seen, inode, null, services);
        } finally {
            if (target == null) {
                services.kernel().close(fd);
            }
        }
        return target != null ? target : answered(Reply.natively());
    }

    /** The record of a file, taking it in if an unattached program made it; null if it is not in the tree. */
    Inode inodeOf(Request request, int fd, Seen seen) throws IOException {
        Inode inode = services.tree().inodeOf(seen);
        if (inode != null) {
            return inode;
        }
        inode = services.tree().orphanOf(seen);
        if (inode != null || !services.tree().isInTree(seen)) {
            return inode;
        }
        return services.context()
                .asAgent(request.caller(), () -> services.adoption().adopt(fd));
    }

    /**
     * Before a change whose ctime will be recorded: extended attributes that a kill has left unrecorded, of which only the
     * present ctime tells.
     */
    void noticeXattrs(Request request, Target target) throws IOException {
        if (!target.isRecorded()) {
            services.context().asAgent(request.caller(), () -> {
                services.xattrs().record(target.inode().ino(), target.fd());
                return null;
            });
        }
    }

    /** Finds where a name is to be changed; an unknown directory is taken in. The reply is set if there is no place. */
    Placed place(Request request, int directory, byte[] path, boolean followLast) throws IOException {
        if (At.isEmpty(directory, path)) {
            return new Placed(null, Reply.error(Errno.ENOENT));
        }
        boolean isLinkOfProcess = !followLast && At.isLinkOfCaller(request, path);
        At at = isLinkOfProcess ? At.linkOfCaller(services.kernel()) : locate(request, directory, path, followLast);
        boolean second = path == request.call().path2();
        return placed(request, Place.find(services.tree(), resolver, request, at, second), at);
    }

    private Placed placed(Request request, Place.Found found, At at) throws IOException {
        if (found.place() == null) {
            return new Placed(null, Reply.error(at.errno(-found.errno())));
        }
        Place place = found.place();
        Placed placed = null;
        try {
            placed = new Placed(place.isInTree() ? place : adopted(request, place), null);
        } finally {
            if (placed == null) {
                place.close();
            }
        }
        return placed;
    }

    private Place adopted(Request request, Place place) throws IOException {
        Seen seen = services.tree().stat(place.directoryFd());
        if (seen == null || !services.tree().isInTree(seen)) {
            return place;
        }
        Inode directory = services.context()
                .asAgent(request.caller(), () -> services.adoption().adopt(place.directoryFd()));
        return directory == null ? place : new Place(place.directoryFd(), directory, place.bytes(), services.kernel());
    }

    /** A place, or the answer why there is none. */
    record Placed(Place place, Reply reply) implements AutoCloseable {
        @Override
        public void close() {
            if (place != null) {
                place.close();
            }
        }
    }

    private Target answered(Reply reply) {
        return new Target(-1, null, null, reply, services);
    }
}
