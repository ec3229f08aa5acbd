package io.dcp.storage.mirror;

import java.util.Arrays;

/**
 * Absolute paths that mean something else in each process: {@code /proc/self}, {@code /dev/fd}, {@code /dev/stdin}. Said
 * by a caller and resolved by the agent they would lead to the agent.
 */
final class OwnPaths {
    private static final byte[] PROC = Paths.bytes("proc");
    private static final byte[] SELF = Paths.bytes("self");
    private static final byte[] THREAD_SELF = Paths.bytes("thread-self");
    private static final byte[] DEV = Paths.bytes("dev");
    private static final byte[] FD = Paths.bytes("fd");
    private static final byte[][] STREAMS = {
        Paths.bytes("stdin"), Paths.bytes("stdout"), Paths.bytes("stderr"),
    };

    private OwnPaths() {}

    /** The same path said from outside of the process; the very array if there is no difference. */
    static byte[] ofCaller(byte[] path, int pid) {
        int first = skipSlashes(path, 0);
        int firstEnd = endOf(path, first);
        boolean proc = is(path, first, firstEnd, PROC);
        if (!proc && !is(path, first, firstEnd, DEV)) {
            return path;
        }
        int second = skipSlashes(path, firstEnd);
        int secondEnd = endOf(path, second);
        String own = proc ? inProc(path, second, secondEnd, pid) : inDev(path, second, secondEnd, pid);
        if (own == null) {
            return path;
        }
        byte[] head = Paths.bytes(own);
        byte[] said = Arrays.copyOf(head, head.length + path.length - secondEnd);
        System.arraycopy(path, secondEnd, said, head.length, path.length - secondEnd);
        return said;
    }

    /** Where the number of a descriptor ends in {@code /proc/PID/fd/N...}, as said from outside of the process; else -1. */
    static int endOfDescriptor(byte[] path, int pid) {
        byte[] head = Paths.bytes("/proc/" + pid + "/fd/");
        if (path.length <= head.length || !Arrays.equals(path, 0, head.length, head, 0, head.length)) {
            return -1;
        }
        int end = endOf(path, head.length);
        for (int at = head.length; at < end; at++) {
            if (path[at] < '0' || path[at] > '9') {
                return -1;
            }
        }
        return end > head.length ? end : -1;
    }

    private static String inProc(byte[] path, int from, int to, int pid) {
        // A thread's directory and descriptors are its process's; one that has its own sends a descriptor.
        return is(path, from, to, SELF) || is(path, from, to, THREAD_SELF) ? "/proc/" + pid : null;
    }

    private static String inDev(byte[] path, int from, int to, int pid) {
        if (is(path, from, to, FD)) {
            return "/proc/" + pid + "/fd";
        }
        for (int stream = 0; stream < STREAMS.length; stream++) {
            if (is(path, from, to, STREAMS[stream])) {
                return "/proc/" + pid + "/fd/" + stream;
            }
        }
        return null;
    }

    /** Where the next component begins: after slashes and components that are only a dot. */
    private static int skipSlashes(byte[] path, int from) {
        int at = from;
        while (at < path.length) {
            if (path[at] == '/') {
                at++;
            } else if (path[at] == '.' && (at + 1 == path.length || path[at + 1] == '/')) {
                at++;
            } else {
                break;
            }
        }
        return at;
    }

    private static int endOf(byte[] path, int from) {
        int at = from;
        while (at < path.length && path[at] != '/') {
            at++;
        }
        return at;
    }

    private static boolean is(byte[] path, int from, int to, byte[] name) {
        return Arrays.equals(path, from, to, name, 0, name.length);
    }
}
