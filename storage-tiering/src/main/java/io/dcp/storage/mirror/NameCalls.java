package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.io.IOException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/** The calls that make, move and remove names. */
final class NameCalls {
    private static final int RENAME_WHITEOUT = 4;

    private final Services services;
    private final Kernel kernel;
    private final Targets targets;
    private final Removals removals;

    NameCalls(Services services, Targets targets) {
        this.services = services;
        this.kernel = services.kernel();
        this.targets = targets;
        this.removals = new Removals(services);
    }

    Reply mkdir(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, place -> kernel.mkdirat(place.directoryFd(), place.bytes(), call.mode()));
    }

    Reply mknod(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, place -> kernel.mknodat(place.directoryFd(), place.bytes(), call.mode(), call.device()));
    }

    Reply symlink(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, place -> kernel.symlinkat(call.payload(), place.directoryFd(), place.bytes()));
    }

    Reply unlink(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, place -> kernel.unlinkat(place.directoryFd(), place.bytes(), call.flags()));
    }

    /** Takes in a name that the caller has made natively. */
    Reply adopt(Request request) throws IOException {
        return change(request, place -> 0);
    }

    @SuppressWarnings("try") // locks are held, not used
    private Reply change(Request request, ToIntFunction<Place> systemCall) throws IOException {
        FileCall call = request.call();
        try (Targets.Placed placed = targets.place(request, call.directory(), call.path(), false)) {
            if (placed.reply() != null) {
                return placed.reply();
            }
            Place place = placed.place();
            if (!place.isInTree()) {
                return Reply.natively();
            }
            if (!place.isEntry()) {
                return refused(systemCall.applyAsInt(place));
            }
            try (DirectoryLocks.Held held = hold(request, place)) {
                ArmedChange change = new ArmedChange(services, request, List.of(site(call, place)));
                IntSupplier made = () -> systemCall.applyAsInt(place);
                return switch (call.operation()) {
                    case MKDIR -> change.make(made, change.unmake(Stat.AT_REMOVEDIR), Reply::done);
                    case MKNOD, SYMLINK -> change.make(made, change.unmake(0), Reply::done);
                    default -> change.make(made, Reply::done);
                };
            }
        }
    }

    private Reconciler.Site site(FileCall call, Place place) {
        Reconciler.Site site = services.reconciler().before(place);
        return switch (call.operation()) {
            case MKDIR, MKNOD, SYMLINK, ADOPT -> site.forNewFile();
            case UNLINK -> site.forRemoval(services.tree(), services.namespace());
            default -> site;
        };
    }

    private DirectoryLocks.Held hold(Request request, Place place) throws IOException {
        long directory = place.directory().ino();
        boolean onlyItself =
                switch (request.call().operation()) {
                    case UNLINK ->
                        !services.namespace().isCold() && (request.call().flags() & Stat.AT_REMOVEDIR) == 0;
                    default -> true;
                };
        return onlyItself ? services.locks().hold(directory) : removals.hold(request, place, directory);
    }

    private static Reply refused(int result) {
        return result < 0 ? Reply.error(-result) : Reply.natively();
    }

    @SuppressWarnings("try") // locks are held, not used
    Reply rename(Request request) throws IOException {
        FileCall call = request.call();
        try (Targets.Placed from = targets.place(request, call.directory(), call.path(), false);
                Targets.Placed to = targets.place(request, call.directory2(), call.path2(), false)) {
            if (from.reply() != null) {
                return from.reply();
            }
            if (to.reply() != null) {
                int denied = searchable(from.place());
                return denied < 0 ? Reply.error(-denied) : to.reply();
            }
            Place one = from.place();
            Place other = to.place();
            if (!one.isInTree() && !other.isInTree()) {
                return Reply.natively();
            }
            IntSupplier systemCall = () ->
                    kernel.renameat2(one.directoryFd(), one.bytes(), other.directoryFd(), other.bytes(), call.flags());
            if (isRemoved(one) || isRemoved(other)) {
                return refused(systemCall.getAsInt()); // in a directory that is gone nothing can be found or made
            }
            if (!one.isInTree() || !other.isInTree()) {
                int denied = searchable(one);
                denied = denied < 0 ? denied : searchable(other);
                return Reply.error(denied < 0 ? -denied : Errno.EXDEV);
            }
            if (!one.isEntry() || !other.isEntry()) {
                return refused(systemCall.getAsInt());
            }
            try (DirectoryLocks.Held held =
                    removals.hold(request, other, one.directory().ino())) {
                Reconciler.Site old = services.reconciler().before(one);
                List<Reconciler.Site> sites = List.of(
                        services.reconciler().before(other).forRemoval(services.tree(), services.namespace()),
                        (call.flags() & RENAME_WHITEOUT) != 0 ? old.forNewFile() : old);
                return new ArmedChange(services, request, sites).make(systemCall, Reply::done);
            }
        }
    }

    private boolean isRemoved(Place place) {
        Seen seen = place.isInTree() ? null : services.tree().stat(place.directoryFd());
        return seen != null && seen.nlink() == 0;
    }

    /** Whether the caller may look for names in this directory, which finding it does not tell: 0 or a negative errno. */
    private int searchable(Place place) {
        int fd = kernel.openat(place.directoryFd(), Paths.bytes("."), OpenFlags.O_PATH | OpenFlags.O_CLOEXEC, 0);
        return fd < 0 ? fd : kernel.close(fd);
    }

    Reply link(Request request) throws IOException {
        FileCall call = request.call();
        boolean follow = (call.flags() & Stat.AT_SYMLINK_FOLLOW) != 0 || call.path().length == 0;
        if ((call.flags() & ~(Stat.AT_SYMLINK_FOLLOW | Stat.AT_EMPTY_PATH)) != 0) {
            return Reply.error(Errno.EINVAL);
        }
        if (At.isEmpty(call.directory(), call.path()) && (call.flags() & Stat.AT_EMPTY_PATH) == 0) {
            return Reply.error(Errno.ENOENT);
        }
        At at = targets.locate(request, call.directory(), call.path(), follow);
        int old = targets.resolver().open(request, at, false, follow ? 0 : OpenFlags.O_NOFOLLOW);
        if (old < 0) {
            return Reply.error(at.errno(old));
        }
        try {
            return link(request, old);
        } finally {
            kernel.close(old);
        }
    }

    @SuppressWarnings("try") // locks are held, not used
    private Reply link(Request request, int old) throws IOException {
        FileCall call = request.call();
        try (Targets.Placed to = targets.place(request, call.directory2(), call.path2(), false)) {
            if (to.reply() != null) {
                return to.reply();
            }
            Place place = to.place();
            if (!place.isInTree()) {
                return Reply.natively();
            }
            byte[] said = Paths.ofDescriptor(old);
            IntSupplier systemCall = () ->
                    kernel.linkat(Stat.AT_FDCWD, said, place.directoryFd(), place.bytes(), Stat.AT_SYMLINK_FOLLOW);
            if (!place.isEntry()) {
                return refused(systemCall.getAsInt());
            }
            try (DirectoryLocks.Held held =
                    services.locks().hold(place.directory().ino())) {
                ArmedChange change = new ArmedChange(
                        services, request, List.of(services.reconciler().before(place)));
                return change.make(systemCall, change.unmake(0), Reply::done);
            }
        }
    }
}
