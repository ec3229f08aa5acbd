package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Listening sockets {@code agent-0.sock}, {@code agent-1.sock}, … in a directory, as dcp-spawner makes them for its
 * agent; for an agent that runs without one, as in tests.
 */
public final class ListenSockets implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int PATH_BYTES = 108;

    private final List<Path> paths = new ArrayList<>();
    private final int[] descriptors;

    private ListenSockets(int count) {
        descriptors = new int[count];
    }

    /**
     * Makes {@code count} sockets that every user may connect to; replaces what has their names.
     *
     * @throws IOException if one cannot be made
     */
    public static ListenSockets in(Path directory, int count) throws IOException {
        ListenSockets sockets = new ListenSockets(count);
        Arrays.fill(sockets.descriptors, -1);
        try {
            for (int k = 0; k < count; k++) {
                Path path = directory.resolve("agent-" + k + ".sock");
                Files.deleteIfExists(path);
                sockets.descriptors[k] = listen(path);
                sockets.paths.add(path);
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            return sockets;
        } catch (IOException | RuntimeException e) {
            sockets.close();
            throw e;
        }
    }

    private static int listen(Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= PATH_BYTES) {
            throw new IOException("path too long for a socket: " + path);
        }
        int fd = check(
                path,
                Sockets.result(
                        Sockets.library().socket(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC, 0)));
        UnsafeBuffer address = Sockets.allocate(2 + PATH_BYTES);
        address.putShort(0, (short) Sockets.AF_UNIX);
        address.putBytes(2, name);
        try {
            // Before anyone can connect: a packet sent earlier would come without its sender.
            check(path, Sockets.passCredentials(fd));
            check(path, Sockets.result(Sockets.library().bind(fd, address.addressOffset(), 2 + name.length + 1)));
            check(path, Sockets.result(Sockets.library().listen(fd, BACKLOG)));
            return fd;
        } catch (IOException e) {
            Sockets.library().close(fd);
            throw e;
        }
    }

    private static int check(Path path, int result) throws IOException {
        if (result < 0) {
            throw new IOException("cannot listen: path=" + path + " errno=" + Errno.name(-result));
        }
        return result;
    }

    /** The descriptors, for {@link ShimServer}. */
    public int[] descriptors() {
        return descriptors.clone();
    }

    public Path path(int index) {
        return paths.get(index);
    }

    /** Closes the sockets and removes their names. */
    @Override
    public void close() {
        for (int fd : descriptors) {
            if (fd >= 0) {
                Sockets.library().close(fd);
            }
        }
        for (Path path : paths) {
            path.toFile().delete();
        }
    }
}
