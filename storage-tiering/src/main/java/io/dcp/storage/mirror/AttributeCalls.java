package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import java.io.IOException;
import java.util.List;

/** The calls that change what a file is, not where it is. */
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

    Reply utimens(Request request) throws IOException {
        FileCall call = request.call();
        return change(
                request,
                call.flags(),
                target -> kernel.utimensat(
                        target.fd(),
                        Paths.EMPTY,
                        call.atimeSec(),
                        call.atimeNs(),
                        call.mtimeSec(),
                        call.mtimeNs(),
                        Stat.AT_EMPTY_PATH));
    }

    Reply truncate(Request request) throws IOException {
        FileCall call = request.call();
        return change(request, 0, target -> {
            Inode inode = target.inode();
            if (inode.isRegular() && inode.nlink() > 0) {
                if (!inode.present() && call.size() > 0) {
                    request.aboutToWait();
                    services.context().asAgent(request.caller(), () -> {
                        services.contents().fetch(inode.ino(), request.waitUntilNanos());
                        return null;
                    });
                }
                services.dirty().grant(inode.ino());
            }
            int done = kernel.truncate(Paths.ofDescriptor(target.fd()), call.size());
            if (done == 0 && !inode.present()) {
                markPresent(inode.ino());
            }
            return done;
        });
    }

    private void markPresent(long ino) throws IOException {
        try (Change change = services.namespace().change()) {
            Inode now = change.inode(ino);
            if (now != null) {
                change.put(now.edit().present(true).build());
                change.commit();
            }
        }
    }

    Reply setxattr(Request request) throws IOException {
        FileCall call = request.call();
        return changeXattrs(
                request,
                target -> kernel.setxattr(Paths.ofDescriptor(target.fd()), call.path2(), call.payload(), call.flags()));
    }

    Reply removexattr(Request request) throws IOException {
        FileCall call = request.call();
        return changeXattrs(request, target -> kernel.removexattr(Paths.ofDescriptor(target.fd()), call.path2()));
    }

    private Reply changeXattrs(Request request, OnFile onFile) throws IOException {
        return change(request, request.call().mode(), target -> {
            int done = onFile.call(target);
            if (done == 0 && target.inode().nlink() > 0) {
                recordXattrs(request, target.inode());
            }
            return done;
        });
    }

    private void recordXattrs(Request request, Inode inode) throws IOException {
        services.context().asAgent(request.caller(), () -> {
            services.xattrs().record(inode);
            return null;
        });
    }

    private Reply change(Request request, int atFlags, OnFile onFile) throws IOException {
        FileCall call = request.call();
        try (Targets.Target target = targets.existing(request, call.directory(), call.path(), atFlags)) {
            if (target.reply() != null) {
                return target.reply();
            }
            int intent = arm(request, target.inode());
            try {
                int done = onFile.call(target);
                if (done < 0) {
                    return Reply.error(-done);
                }
                recordSeen(request, target);
                return Reply.done();
            } finally {
                if (intent >= 0) {
                    services.intents().disarm(intent);
                }
            }
        }
    }

    private int arm(Request request, Inode inode) {
        List<Name> names = services.namespace().names(inode.ino());
        return names.isEmpty()
                ? -1
                : services.intents()
                        .arm(request.caller().session(), request.call().requestId(), names.get(0), null);
    }

    private void recordSeen(Request request, Targets.Target target) throws IOException {
        Seen seen = services.tree().stat(target.fd());
        if (seen == null || target.inode().nlink() == 0) {
            return;
        }
        Inode recorded = services.reconciler()
                .record(
                        target.inode().ino(),
                        seen,
                        request.caller().session(),
                        request.call().requestId());
        if (recorded != null && recorded.hasXattrs()) {
            recordXattrs(request, recorded);
        }
    }

    /** The caller has changed attributes natively through a descriptor. */
    Reply changed(Request request) throws IOException {
        FileCall call = request.call();
        try (Targets.Target target = targets.existing(request, call.directory(), Paths.EMPTY, Stat.AT_EMPTY_PATH)) {
            if (target.reply() != null || target.inode().nlink() == 0) {
                return Reply.done();
            }
            services.reconciler().record(target.inode().ino(), target.seen(), 0, 0);
            recordXattrs(request, target.inode());
            return Reply.done();
        }
    }
}
