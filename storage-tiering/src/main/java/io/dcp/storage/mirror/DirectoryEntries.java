package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads a directory of the mirror as the kernel lists it. */
final class DirectoryEntries {
    private static final int BUFFER_BYTES = 65_536;

    /** Of {@code struct linux_dirent64}, before the name: u64 ino, s64 offset, u16 length, u8 type. */
    private static final int HEAD_BYTES = 19;

    private static final int LENGTH_AT = 16;

    private DirectoryEntries() {}

    /** Takes an entry. */
    @FunctionalInterface
    interface Visitor {
        void visit(byte[] name, long mirrorInode) throws IOException;
    }

    /**
     * Visits all entries but "." and "..", from where the descriptor stands.
     *
     * @throws IOException if the directory cannot be read
     */
    static void read(Kernel kernel, int fd, Visitor visitor) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (; ; ) {
            int length = kernel.getdents64(fd, buffer);
            if (length < 0) {
                throw new IOException("cannot list a directory of the mirror: " + Errno.name(-length));
            }
            if (length == 0) {
                return;
            }
            ByteBuffer in = ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at < length; at += in.getShort(at + LENGTH_AT)) {
                int end = at + HEAD_BYTES;
                while (buffer[end] != 0) {
                    end++;
                }
                byte[] name = Arrays.copyOfRange(buffer, at + HEAD_BYTES, end);
                if (!Paths.isDots(name)) {
                    visitor.visit(name, in.getLong(at));
                }
            }
        }
    }
}
