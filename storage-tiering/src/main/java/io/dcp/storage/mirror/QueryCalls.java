package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** The calls that change nothing. */
final class QueryCalls {
    private static final int STAT_FLAGS =
            Stat.AT_SYMLINK_NOFOLLOW | Stat.AT_NO_AUTOMOUNT | Stat.AT_STATX_FORCE_SYNC | Stat.AT_STATX_DONT_SYNC;
    private static final int DIRENT_HEAD_BYTES = 19;
    private static final long COOKIE_DOT = 1;
    private static final long COOKIE_DOTS = 2;
    private static final int DT_DIR = 4;

    private final Services services;
    private final Targets targets;

    QueryCalls(Services services, Targets targets) {
        this.services = services;
        this.targets = targets;
    }

    /** stat and its kin. */
    Reply stat(Request request) throws IOException {
        FileCall call = request.call();
        return stat(request, call.directory(), call.path(), call.flags());
    }

    /** fstat: the caller shows that it has the file by naming its descriptor. */
    Reply identify(Request request) throws IOException {
        return stat(request, request.call().directory(), Paths.EMPTY, Stat.AT_EMPTY_PATH);
    }

    private Reply stat(Request request, int directory, byte[] path, int flags) throws IOException {
        if ((flags & ~(STAT_FLAGS | Stat.AT_EMPTY_PATH)) != 0) {
            return Reply.error(Errno.EINVAL);
        }
        if (At.isEmpty(directory, path) && (flags & Stat.AT_EMPTY_PATH) == 0) {
            return Reply.error(Errno.ENOENT);
        }
        boolean follow = path.length == 0 || (flags & Stat.AT_SYMLINK_NOFOLLOW) == 0;
        At at = targets.locate(request, directory, path, follow);
        int asked = ask(request, at, follow, flags & STAT_FLAGS & ~Stat.AT_SYMLINK_NOFOLLOW);
        if (asked < 0) {
            return Reply.error(at.errno(asked));
        }
        Seen seen = services.tree().answer();
        Inode inode = services.tree().inodeOf(seen);
        if (inode == null) {
            return statUnknown(request, at, follow, seen);
        }
        services.namespace().show(inode.ino());
        return Reply.attributes(
                AttributesOf.of(seen, inode, services.namespace().device()));
    }

    /** Asks the kernel what a path names; 0 or a negative errno. A single name needs no descriptor, if it is no link. */
    private int ask(Request request, At at, boolean follow, int flags) throws IOException {
        MirrorTree tree = services.tree();
        if (at.itself()) {
            return tree.ask(at.fd(), at.path(), flags);
        }
        if (Paths.lastComponent(at.path(), at.path().length) == 0) {
            int asked = tree.ask(at.fd(), at.path(), flags | Stat.AT_SYMLINK_NOFOLLOW);
            if (asked < 0 || !follow || !tree.answer().isSymlink()) {
                return asked;
            }
        }
        int fd = targets.resolver().open(request, at, false, follow ? 0 : OpenFlags.O_NOFOLLOW);
        if (fd < 0) {
            return fd;
        }
        int asked = tree.ask(fd, Paths.EMPTY, flags | Stat.AT_EMPTY_PATH);
        services.kernel().close(fd);
        return asked;
    }

    private Reply statUnknown(Request request, At at, boolean follow, Seen seen) throws IOException {
        Inode orphan = services.tree().orphanOf(seen);
        if (orphan != null && seen.dev() == services.tree().root().dev()) {
            return Reply.attributes(
                    AttributesOf.of(seen, orphan, services.namespace().device()));
        }
        if (!services.tree().isInTree(seen)) {
            return Reply.natively();
        }
        int fd = targets.resolver().open(request, at, false, follow ? 0 : OpenFlags.O_NOFOLLOW);
        if (fd < 0) {
            return Reply.error(-fd);
        }
        try (Targets.Target target = targets.identified(request, fd)) {
            return target.reply() != null
                    ? target.reply()
                    : Reply.attributes(AttributesOf.of(
                            target.seen(), target.inode(), services.namespace().device()));
        }
    }

    /** Entries in the form of getdents64(2); the cookie after an entry is its slot. */
    Reply readdir(Request request) throws IOException {
        FileCall call = request.call();
        if (!mayRead(request)) {
            return Reply.error(Errno.EBADF);
        }
        try (Targets.Target target = targets.existing(request, call.directory(), Paths.EMPTY, Stat.AT_EMPTY_PATH)) {
            if (target.reply() != null) {
                return target.reply();
            }
            Inode directory = target.inode();
            if (!target.seen().isDirectory()) {
                return Reply.error(Errno.ENOTDIR);
            }
            if (directory.nlink() == 0) {
                return Reply.error(Errno.ENOENT);
            }
            if (!target.seen().ctime().equals(directory.mirrorCtime())) {
                request.aboutToWait();
                services.context().asAgent(request.caller(), () -> {
                    services.adoption().rescan(directory.ino());
                    return null;
                });
            }
            return list(request, target, directory);
        }
    }

    /**
     * Whether the caller's descriptor is open for data, as getdents64(2) asks: one of O_PATH lists nothing. The mode of
     * the link in /proc tells.
     */
    private boolean mayRead(Request request) throws IOException {
        if (request.call().directory() < 0) {
            return false;
        }
        return services.context().asAgent(request.caller(), () -> showsReading(request));
    }

    private boolean showsReading(Request request) {
        byte[] link = At.base(request.caller(), request.call().directory());
        return services.tree().ask(Stat.AT_FDCWD, link, Stat.AT_SYMLINK_NOFOLLOW) == 0
                && (services.tree().answer().mode() & 0600) != 0;
    }

    private Reply list(Request request, Targets.Target target, Inode directory) {
        int capacity = (int) Math.max(0, Math.min(request.call().size(), Reply.MAX_PAYLOAD_BYTES));
        ByteBuffer out = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
        long cookie = request.call().cookie();
        boolean[] full = {false};
        if (cookie < COOKIE_DOT) {
            full[0] = !put(out, Paths.bytes("."), directory.ino(), DT_DIR, COOKIE_DOT);
        }
        if (cookie < COOKIE_DOTS && !full[0]) {
            full[0] = !put(out, Paths.bytes(".."), parentOf(target, directory), DT_DIR, COOKIE_DOTS);
        }
        if (!full[0]) {
            services.namespace().list(directory.ino(), Math.max(cookie, COOKIE_DOTS), (name, ino, type, slot) -> {
                full[0] = !put(out, name, ino, type, slot);
                return !full[0];
            });
        }
        if (full[0] && out.position() == 0) {
            return Reply.error(Errno.EINVAL);
        }
        return Reply.payload(Arrays.copyOf(out.array(), out.position()), 0);
    }

    private long parentOf(Targets.Target target, Inode directory) {
        if (directory.ino() != Namespace.ROOT) {
            List<Name> names = services.namespace().names(directory.ino());
            return names.isEmpty() ? directory.ino() : names.get(0).directory();
        }
        Seen above = services.tree().look(target.fd(), Paths.bytes(".."));
        return above == null ? directory.ino() : above.ino();
    }

    private static boolean put(ByteBuffer out, byte[] name, long ino, int type, long cookie) {
        int length = (DIRENT_HEAD_BYTES + name.length + 1 + 7) & ~7;
        if (out.remaining() < length) {
            return false;
        }
        int start = out.position();
        out.putLong(ino)
                .putLong(cookie)
                .putShort((short) length)
                .put((byte) type)
                .put(name);
        while (out.position() < start + length) {
            out.put((byte) 0);
        }
        return true;
    }
}
