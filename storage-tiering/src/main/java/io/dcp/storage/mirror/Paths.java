package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.ThreadCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Deque;

/** Paths as bytes: the kernel's view, in which a name is anything but NUL and '/'. */
final class Paths {
    /** The kernel's PATH_MAX, without the NUL. */
    static final int MAX_BYTES = 4095;

    /** So many symbolic links the kernel follows on one path; one more is ELOOP. */
    static final int MAX_LINKS = 40;

    static final byte[] EMPTY = {};

    private Paths() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A path that is not the tree's, as the kernel takes it. */
    static byte[] ofFile(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] path) {
        return new String(path, StandardCharsets.ISO_8859_1);
    }

    static boolean isAbsolute(byte[] path) {
        return path.length > 0 && path[0] == '/';
    }

    static byte[] join(byte[] directory, byte[] rest) {
        byte[] joined = Arrays.copyOf(directory, directory.length + 1 + rest.length);
        joined[directory.length] = '/';
        System.arraycopy(rest, 0, joined, directory.length + 1, rest.length);
        return joined;
    }

    /** The length of a path without its trailing slashes; 0 if it has nothing else. */
    static int withoutTrailingSlashes(byte[] path) {
        int end = path.length;
        while (end > 0 && path[end - 1] == '/') {
            end--;
        }
        return end;
    }

    /** Where the last component begins, given the length without trailing slashes. */
    static int lastComponent(byte[] path, int end) {
        int start = end;
        while (start > 0 && path[start - 1] != '/') {
            start--;
        }
        return start;
    }

    static boolean isDots(byte[] name) {
        return (name.length == 1 && name[0] == '.') || (name.length == 2 && name[0] == '.' && name[1] == '.');
    }

    /** Puts the components of a path before those that are to be walked. */
    static void push(Deque<byte[]> ahead, byte[] path) {
        int end = path.length;
        while (end > 0) {
            while (end > 0 && path[end - 1] == '/') {
                end--;
            }
            int start = lastComponent(path, end);
            if (end > start) {
                ahead.push(Arrays.copyOfRange(path, start, end));
            }
            end = start;
        }
    }

    /** What a symbolic link says; null if it cannot be read. */
    static byte[] targetOf(Kernel kernel, int linkFd) {
        byte[] into = new byte[MAX_BYTES + 1];
        long length = kernel.readlinkat(linkFd, EMPTY, into);
        return length < 0 ? null : Arrays.copyOf(into, (int) length);
    }

    /** The path of one of the agent's own descriptors. */
    static byte[] ofDescriptor(int fd) {
        return bytes(inProc("self/fd/" + fd));
    }

    /** A path in {@code /proc}, in a form that is right on a thread with another root directory too. */
    static String inProc(String path) {
        return ThreadCredentials.inOtherRoot() ? path : "/proc/" + path;
    }
}
