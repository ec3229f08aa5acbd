package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import java.io.IOException;
import java.util.Arrays;

/**
 * The calls that change what a file is, not where it is. Each is made on the mirror and then recorded; what a kill leaves
 * unrecorded shows by the mirror file's ctime.
 */
final class AttributeCalls {
    private final Services services;
    private final Kernel kernel;
    private final Targets targets;

    AttributeCalls(Services services, Targets targets) {
        this.services = services;
        this.kernel = services.kernel();
        this.targets = targets;
    }

    /** The system call on a file that was found; 0 or a negative errno. */
    @FunctionalInterface
    private interface OnFile {
        int call(Targets.Target target) throws IOException;
    }

    Reply chmod(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, call.flags(), target -> {
            if (target.seen().isSymlink()) {
                return -Errno.EOPNOTSUPP;
            }
            return kernel.fchmodat2(target.fd(), Paths.EMPTY, call.mode(), Stat.AT_EMPTY_PATH);
        });
    }

    Reply chown(Request request) throws IOException {
        FileCall call = request.call();
        return change(
                request,
                call.flags(),
                target -> kernel.fchownat(target.fd(), Paths.EMPTY, call.uid(), call.gid(), Stat.AT_EMPTY_PATH));
    }

    @SuppressWarnings("try") // the lock is held, not used
    Reply utimens(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, call.flags(), target -> {
            Inode inode = target.inode();
            if (!isAbsent(inode)) {
                return setTimes(target.fd(), call);
            }
            request.aboutToWait();
            // Who fetches sets the times that are recorded.
            try (FileLocks.Held held = services.contents().exclusively(inode.ino())) {
                int done = setTimes(target.fd(), call);
                Seen seen = services.tree().stat(target.fd());
                if (done == 0 && seen != null && call.mtimeNs() != Stat.UTIME_OMIT) {
                    services.reconciler().touched(inode.ino(), seen.mtime());
                }
                return done;
            }
        });
    }

    private int setTimes(int fd, FileCall call) {
        return kernel.utimensat(
                fd, Paths.EMPTY, call.atimeSec(), call.atimeNs(), call.mtimeSec(), call.mtimeNs(), Stat.AT_EMPTY_PATH);
    }

    @SuppressWarnings("try") // the lock is held, not used
    Reply truncate(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, 0, target -> {
            Inode inode = target.inode();
            // A lease that is taken just after this is waited for, by a worker at least.
            request.aboutToWait();
            if (target.seen().isRegular() && services.tree().leases().isLeased(target.seen())) {
                return -Errno.EAGAIN;
            }
            if (isAbsent(inode)) {
                if (call.size() == 0) {
                    try (FileLocks.Held held = services.contents().exclusively(inode.ino())) {
                        return truncated(request, target);
                    }
                }
                boolean fetched = services.context().asAgent(request.caller(), () -> services.contents()
                        .fetch(inode.ino(), target.fd(), request.waitUntilNanos()));
                if (!fetched) {
                    return -Errno.ENOENT; // removed since it was found
                }
            }
            if (Contents.areLost(inode) && call.size() > 0) {
                return -Errno.ESTALE;
            }
            if (services.namespace().isFetched(inode.ino()) && call.size() > 0) {
                asAgent(request, () -> services.contents().makeDurable(inode.ino(), target.fd()));
            }
            Inode now = inode.isRegular() && inode.nlink() > 0
                    ? services.namespace().inode(inode.ino())
                    : null;
            if (now != null && now.present()) {
                // What the kernel is about to drop may be all that is recorded when the agent is killed now.
                services.dirty().grant(inode.ino());
            }
            return truncated(request, target);
        });
    }

    private int truncated(Request request, Targets.Target target) throws IOException {
        targets.noticeXattrs(request, target);
        int done =
                kernel.truncate(Paths.ofDescriptor(target.fd()), request.call().size());
        Seen seen = done < 0 ? null : services.tree().stat(target.fd());
        if (seen != null && seen.isRegular() && target.inode().nlink() > 0) {
            services.reconciler().replaced(target.inode().ino(), seen, 0, 0);
        }
        return done;
    }

    private static boolean isAbsent(Inode inode) {
        return inode.isRegular() && inode.nlink() > 0 && !inode.present();
    }

    Reply setxattr(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, call.mode(), target -> {
            byte[] path = Paths.ofDescriptor(target.fd());
            int done = kernel.setxattr(path, call.path2(), call.payload(), call.flags());
            return done == -Errno.EEXIST && isSetAndUnrecorded(target, path, call) ? 0 : done;
        });
    }

    /** Whether an attribute is the one to be made, and something was done to the file of which a kill left no record. */
    private boolean isSetAndUnrecorded(Targets.Target target, byte[] path, FileCall call) {
        if (target.isRecorded()) {
            return false;
        }
        byte[] value = new byte[call.payload().length + 1];
        long length = kernel.getxattr(path, call.path2(), value);
        return length == call.payload().length
                && Arrays.equals(value, 0, (int) length, call.payload(), 0, (int) length);
    }

    Reply removexattr(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, call.mode(), target -> {
            int done = kernel.removexattr(Paths.ofDescriptor(target.fd()), call.path2());
            return done == -Errno.ENODATA && isRemovedAndUnrecorded(target, call.path2()) ? 0 : done;
        });
    }

    /** Whether an attribute is one that a kill left removed, but not recorded as removed: then this call asks for it again. */
    private boolean isRemovedAndUnrecorded(Targets.Target target, byte[] name) {
        if (!target.inode().hasXattrs() || target.isRecorded()) {
            return false;
        }
        boolean[] recorded = {false};
        services.namespace().xattrs(target.inode().ino(), (known, value) -> recorded[0] |= Arrays.equals(known, name));
        return recorded[0];
    }

    /** The caller has changed attributes natively through a descriptor. */
    Reply changed(Request request) throws IOException {
        FileCall call = request.call();
        try (Targets.Target target = targets.existing(request, call.directory(), Paths.EMPTY, Stat.AT_EMPTY_PATH)) {
            if (target.reply() == null && target.inode().nlink() > 0) {
                record(request, target, target.seen(), false, 0, 0);
            }
            return Reply.done();
        }
    }

    private Reply change(Request request, int atFlags, OnFile onFile) throws IOException {
        FileCall call = request.call();
        try (Targets.Target target = targets.existing(request, call.directory(), call.path(), atFlags)) {
            if (target.reply() != null) {
                return target.reply();
            }
            int done = onFile.call(target);
            if (done < 0) {
                return Reply.error(-done);
            }
            Seen seen = services.tree().stat(target.fd());
            if (seen != null && target.inode().nlink() > 0) {
                record(
                        request,
                        target,
                        seen,
                        target.isRecorded(),
                        request.caller().session(),
                        call.requestId());
            }
            return Reply.done();
        }
    }

    /** Attributes with names first: if they cannot be recorded, the times must still tell that something changed. */
    private void record(
            Request request, Targets.Target target, Seen seen, boolean noticed, long session, long requestId)
            throws IOException {
        long ino = target.inode().ino();
        asAgent(request, () -> {
            services.xattrs().record(ino, target.fd(), session, requestId);
            services.reconciler().record(ino, seen, noticed, session, requestId);
        });
    }

    /** Work that gives no result. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void asAgent(Request request, Work work) throws IOException {
        services.context().asAgent(request.caller(), () -> {
            work.run();
            return null;
        });
    }
}
