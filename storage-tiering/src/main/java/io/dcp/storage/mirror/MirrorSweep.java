package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Removes everything below a directory, names of any bytes, to any depth with one descriptor. Nobody else changes the
 * directories meanwhile. Under the agent's credentials.
 */
final class MirrorSweep {
    private static final int LIST = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;

    private final Kernel kernel;

    MirrorSweep(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Subdirectories of a directory that are still there; the first is the one that is being emptied. */
    private record Level(Deque<byte[]> subdirectories) {}

    /** Empties a directory; what cannot be removed stays and is reported in the exception. */
    void empty(int directoryFd) throws IOException {
        Deque<Level> levels = new ArrayDeque<>();
        int fd = open(directoryFd, Paths.bytes("."));
        try {
            levels.push(new Level(withoutFiles(fd)));
            while (true) {
                Deque<byte[]> left = levels.peek().subdirectories();
                if (!left.isEmpty()) {
                    fd = moved(fd, left.peek());
                    levels.push(new Level(withoutFiles(fd)));
                    continue;
                }
                levels.pop();
                if (levels.isEmpty()) {
                    return;
                }
                fd = moved(fd, Paths.bytes(".."));
                byte[] emptied = levels.peek().subdirectories().pop();
                failIfNegative(kernel.unlinkat(fd, emptied, Stat.AT_REMOVEDIR), emptied);
            }
        } finally {
            kernel.close(fd);
        }
    }

    /** Removes what is no directory; returns the directories. */
    private Deque<byte[]> withoutFiles(int fd) throws IOException {
        Deque<byte[]> names = new ArrayDeque<>();
        DirectoryEntries.read(kernel, fd, (name, mirrorInode) -> names.add(name));
        Deque<byte[]> directories = new ArrayDeque<>();
        for (byte[] name : names) {
            int done = kernel.unlinkat(fd, name, 0);
            if (done == -Errno.EISDIR) {
                directories.add(name);
            } else {
                failIfNegative(done, name);
            }
        }
        return directories;
    }

    private int moved(int fd, byte[] name) throws IOException {
        int next = open(fd, name);
        kernel.close(fd);
        return next;
    }

    private int open(int fd, byte[] name) throws IOException {
        int opened = kernel.openat(fd, name, LIST | OpenFlags.O_NOFOLLOW, 0);
        failIfNegative(opened, name);
        return opened;
    }

    private static void failIfNegative(int result, byte[] name) throws IOException {
        if (result < 0) {
            throw new IOException(
                    "cannot remove from the mirror: name=" + Paths.text(name) + " error=" + Errno.name(-result));
        }
    }
}
