package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Removes everything below a directory, names of any bytes. Under the agent's credentials. */
final class MirrorSweep {
    private static final int DIRENT_HEAD_BYTES = 19;

    private final Kernel kernel;

    MirrorSweep(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Empties a directory; what cannot be removed stays and is reported in the exception. */
    void empty(int directoryFd) throws IOException {
        int fd = kernel.openat(
                directoryFd, Paths.bytes("."), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0) {
            throw new IOException("cannot list a directory of the mirror: errno=" + -fd);
        }
        try {
            for (byte[] name : names(fd)) {
                if (kernel.unlinkat(fd, name, 0) == 0) {
                    continue;
                }
                int sub = kernel.openat(
                        fd,
                        name,
                        OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC,
                        0);
                if (sub >= 0) {
                    try {
                        empty(sub);
                    } finally {
                        kernel.close(sub);
                    }
                }
                int done = kernel.unlinkat(fd, name, Stat.AT_REMOVEDIR);
                if (done < 0) {
                    throw new IOException(
                            "cannot remove from the mirror: name=" + Paths.text(name) + " errno=" + -done);
                }
            }
        } finally {
            kernel.close(fd);
        }
    }

    private List<byte[]> names(int fd) throws IOException {
        List<byte[]> names = new ArrayList<>();
        byte[] buffer = new byte[65_536];
        for (; ; ) {
            int length = kernel.getdents64(fd, buffer);
            if (length < 0) {
                throw new IOException("cannot list a directory of the mirror: errno=" + -length);
            }
            if (length == 0) {
                return names;
            }
            ByteBuffer in = ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < length; at += in.getShort(at + 16)) {
                int end = at + DIRENT_HEAD_BYTES;
                while (buffer[end] != 0) {
                    end++;
                }
                byte[] name = Arrays.copyOfRange(buffer, at + DIRENT_HEAD_BYTES, end);
                if (!Paths.isDots(name)) {
                    names.add(name);
                }
            }
        }
    }
}
