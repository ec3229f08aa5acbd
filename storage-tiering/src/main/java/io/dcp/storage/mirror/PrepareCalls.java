package io.dcp.storage.mirror;

import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** PREPARE: makes names and contents ready for calls that programs make natively. */
final class PrepareCalls {
    static final int NO_FOLLOW = 1;
    static final int CONTENT = 1 << 1;
    static final int EXEC = 1 << 2;
    static final int WATCH = 1 << 4;

    private static final int HEAD_BYTES = 4096;
    private static final int MAX_INTERPRETERS = 5;
    private static final int BELOW =
            OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;

    private final Services services;
    private final Kernel kernel;
    private final Resolver resolver;

    PrepareCalls(Services services, Resolver resolver) {
        this.services = services;
        this.resolver = resolver;
        this.kernel = services.kernel();
    }

    Reply prepare(Request request) throws IOException {
        if (!services.namespace().isCold()) {
            return Reply.natively();
        }
        FileCall call = request.call();
        // Names are made ready whoever asks; whether the caller may use them is for the kernel to say.
        boolean follow = (call.prepare() & NO_FOLLOW) == 0;
        return services.context().asAgentInCallersRoot(request.caller(), () -> {
            At at = At.of(kernel, request, call.directory(), call.path(), follow);
            services.materializer().ensure(at, follow);
            int fd = resolver.open(request, at, false, follow ? 0 : OpenFlags.O_NOFOLLOW);
            if (fd >= 0) {
                try {
                    if ((call.prepare() & WATCH) != 0 && !watched(request, fd)) {
                        return Reply.error(Errno.EAGAIN);
                    }
                    if ((call.prepare() & (CONTENT | EXEC | WATCH)) != 0) {
                        content(request, fd, (call.prepare() & EXEC) != 0 ? 0 : MAX_INTERPRETERS);
                    }
                } finally {
                    kernel.close(fd);
                }
            }
            return Reply.natively();
        });
    }

    /**
     * Makes everything ready of which a watch would tell that it appears or changes: all names of a directory; those in its
     * directories, as putting them there touches these; all names of a file.
     *
     * @return whether all was done in the time that the caller waits
     */
    private boolean watched(Request request, int fd) throws IOException {
        Seen seen = services.tree().stat(fd);
        Inode inode = seen == null ? null : services.tree().inodeOf(seen);
        if (inode == null) {
            return true;
        }
        if (!inode.isDirectory()) {
            if (inode.nlink() > 1) {
                services.materializer().ensureAllNames(inode.ino());
            }
            return true;
        }
        request.aboutToWait();
        if (!services.materializer().ensureEveryName(fd, inode.ino(), request.waitUntilNanos())) {
            return false;
        }
        for (byte[] name : services.materializer().directoriesIn(inode.ino())) {
            int below = kernel.openat(fd, name, BELOW, 0);
            Seen there = below < 0 ? null : services.tree().stat(below);
            try {
                Inode directory = there == null ? null : services.tree().inodeOf(there);
                if (directory != null
                        && !services.materializer().ensureEveryName(below, directory.ino(), request.waitUntilNanos())) {
                    return false;
                }
            } finally {
                if (below >= 0) {
                    kernel.close(below);
                }
            }
        }
        return true;
    }

    private void content(Request request, int fd, int depth) throws IOException {
        Seen seen = services.tree().stat(fd);
        Inode inode = seen == null || !seen.isRegular() ? null : services.tree().inodeOf(seen);
        if (inode != null && !inode.present()) {
            request.aboutToWait();
            services.contents().fetch(inode.ino(), fd, request.waitUntilNanos());
        }
        if (seen != null && seen.isRegular() && depth < MAX_INTERPRETERS) {
            executable(request, fd, depth);
        }
    }

    /** What the kernel and the dynamic linker open on their own when this file is executed. */
    private void executable(Request request, int pathFd, int depth) throws IOException {
        int fd = services.tree().reopenUnseen(pathFd, false);
        if (fd < 0) {
            return;
        }
        try {
            byte[] head = new byte[HEAD_BYTES];
            long length = kernel.pread(fd, head, 0, head.length, 0);
            if (length > 2 && head[0] == '#' && head[1] == '!') {
                byte[] interpreter = interpreter(head, (int) length);
                if (interpreter.length > 0) {
                    reach(request, interpreter, depth + 1);
                }
            } else if (length > 4 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
                libraries(request, pathFd, fd, depth);
            }
        } finally {
            kernel.close(fd);
        }
    }

    private static byte[] interpreter(byte[] head, int length) {
        int from = 2;
        while (from < length && (head[from] == ' ' || head[from] == '\t')) {
            from++;
        }
        int to = from;
        while (to < length && head[to] != ' ' && head[to] != '\t' && head[to] != '\n' && head[to] != 0) {
            to++;
        }
        return Arrays.copyOfRange(head, from, to);
    }

    private void libraries(Request request, int pathFd, int fd, int depth) throws IOException {
        ElfNeeds needs = ElfNeeds.read(kernel, fd);
        if (needs == null) {
            return;
        }
        if (needs.interpreter().length > 0) {
            reach(request, needs.interpreter(), depth + 1);
        }
        Set<String> directories = new HashSet<>();
        byte[] into = new byte[Paths.MAX_BYTES + 1];
        long length = kernel.readlinkat(Stat.AT_FDCWD, Paths.ofDescriptor(pathFd), into);
        String self = length < 0 ? "/" : Paths.text(Arrays.copyOf(into, (int) length));
        String origin = self.substring(0, Math.max(1, self.lastIndexOf('/')));
        String search = needs.runPath() + ":" + Paths.text(request.call().payload());
        for (String directory : search.split(":", -1)) {
            if (!directory.isEmpty()) {
                directories.add(directory.replace("$ORIGIN", origin).replace("${ORIGIN}", origin));
            }
        }
        for (String library : needs.libraries()) {
            if (library.indexOf('/') >= 0) {
                reach(request, Paths.bytes(library), depth + 1);
                continue;
            }
            for (String directory : directories) {
                reach(request, Paths.bytes(directory + "/" + library), depth + 1);
            }
        }
    }

    private void reach(Request request, byte[] path, int depth) throws IOException {
        FileCall call = request.call();
        At at = At.of(kernel, request, Stat.AT_FDCWD, path, true);
        services.materializer().ensure(at, true);
        int fd;
        try {
            fd = resolver.open(request, at, false, 0);
        } catch (Resolver.LeadsOn on) {
            fd = on.rest.length == 0 ? on.fd : -1;
            if (fd != on.fd) {
                kernel.close(on.fd);
            }
        }
        if (fd >= 0) {
            try {
                content(request, fd, call.path().length > 0 ? depth : MAX_INTERPRETERS);
            } finally {
                kernel.close(fd);
            }
        }
    }
}
