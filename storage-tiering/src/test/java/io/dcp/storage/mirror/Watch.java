package io.dcp.storage.mirror;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.LibraryLoader;

/** Watches by inotify, as a program has them. */
final class Watch implements AutoCloseable {
    static final int IN_ATTRIB = 0x4;
    static final int IN_CREATE = 0x100;
    static final int IN_ALL_EVENTS = 0xfff;
    private static final int IN_NONBLOCK = 0x800;
    private static final int HEAD_BYTES = 16;

    private final Library libc = LibraryLoader.create(Library.class).load("c");
    private final int fd = libc.inotify_init1(IN_NONBLOCK);

    /** The functions of libc. */
    public interface Library {
        int inotify_init1(int flags);

        int inotify_add_watch(int fd, String path, int mask);

        int read(int fd, ByteBuffer into, int size);

        int close(int fd);
    }

    void add(byte[] path, int mask) {
        if (libc.inotify_add_watch(fd, new String(path, StandardCharsets.UTF_8), mask) < 0) {
            throw new IllegalStateException("cannot watch " + Paths.text(path));
        }
    }

    /** What was told since: mask in hexadecimal and name. */
    List<String> told() {
        ByteBuffer into = ByteBuffer.allocateDirect(65_536).order(ByteOrder.LITTLE_ENDIAN);
        int length = libc.read(fd, into, into.capacity());
        List<String> told = new ArrayList<>();
        for (int at = 0; at < length; ) {
            byte[] name = new byte[into.getInt(at + 12)];
            into.position(at + HEAD_BYTES).get(name);
            told.add(Integer.toHexString(into.getInt(at + 4)) + " "
                    + new String(name, StandardCharsets.UTF_8).replace("\0", ""));
            at += HEAD_BYTES + name.length;
        }
        return told;
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
