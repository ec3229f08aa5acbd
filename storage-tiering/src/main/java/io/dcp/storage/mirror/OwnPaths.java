package io.dcp.storage.mirror;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Absolute paths that mean something else in each process: {@code /proc/self}, {@code /dev/fd}, {@code /dev/stdin}. Said
 * by a caller and resolved by the agent they would lead to the agent.
 */
final class OwnPaths {
    private static final byte[] PROC = Paths.bytes("proc");
    private static final byte[] SELF = Paths.bytes("self");
    private static final byte[] THREAD_SELF = Paths.bytes("thread-self");
    private static final byte[] DEV = Paths.bytes("dev");
    private static final byte[] TASK = Paths.bytes("task");
    private static final byte[] FD = Paths.bytes("fd");
    private static final byte[] CWD = Paths.bytes("cwd");
    private static final byte[] ROOT = Paths.bytes("root");
    private static final byte[] EXE = Paths.bytes("exe");
    private static final byte[][] STREAMS = {
        Paths.bytes("stdin"), Paths.bytes("stdout"), Paths.bytes("stderr"),
    };

    /** PID_MAX_LIMIT of the kernel is 2^22. */
    private static final int MAX_PROCESS = 1 << 22;

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

    /**
     * A path that goes through a link of the caller's own process ({@code cwd}, {@code root}, {@code exe}, a descriptor).
     *
     * @param base the link, said from outside of the process
     * @param rest what follows it; empty if nothing does, "/" if only slashes do
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Own(byte[] base, byte[] rest) {}

    /** Takes such a path apart; null if it is not one. */
    static Own parse(byte[] path, int pid) {
        byte[] said = ofCaller(path, pid);
        int proc = skipSlashes(said, 0);
        int procEnd = endOf(said, proc);
        int process = skipSlashes(said, procEnd);
        int processEnd = endOf(said, process);
        if (!is(said, proc, procEnd, PROC) || !is(said, process, processEnd, Paths.bytes(Integer.toString(pid)))) {
            return null;
        }
        int link = skipSlashes(said, processEnd);
        int end = endOf(said, link);
        if (is(said, link, end, TASK)) {
            int thread = skipSlashes(said, end);
            int threadEnd = endOf(said, thread);
            if (number(said, thread, threadEnd) < 0) {
                return null;
            }
            link = skipSlashes(said, threadEnd);
            end = endOf(said, link);
        }
        if (is(said, link, end, FD)) {
            link = skipSlashes(said, end);
            end = endOf(said, link);
            if (link == end) {
                return null;
            }
        } else if (!is(said, link, end, CWD) && !is(said, link, end, ROOT) && !is(said, link, end, EXE)) {
            return null;
        }
        byte[] base = Arrays.copyOf(said, end);
        byte[] rest = Arrays.copyOfRange(said, skipSlashes(said, end), said.length);
        if (rest.length == 0 && end < said.length) {
            // A dot is looked up there, which needs the right to search; a slash only asks for a directory.
            rest = Paths.bytes(Paths.withoutTrailingSlashes(said) > end ? "." : "/");
        }
        return new Own(base, rest);
    }

    /** Whether an absolute path is about a process, as said by one that has the number {@code pid}. */
    static boolean isAboutProcess(byte[] path, int pid) {
        return Paths.isAbsolute(path) && process(ofCaller(path, pid)) >= 0;
    }

    /**
     * The path that components below {@code /proc} make, without those that are dots and come before any link of the kernel's
     * own: what lies before that are directories. Null if it leads out of {@code /proc}.
     */
    static byte[] ofComponents(Iterable<byte[]> components) {
        Deque<byte[]> done = new ArrayDeque<>();
        boolean passed = false;
        for (byte[] component : components) {
            if (passed || !Paths.isDots(component)) {
                boolean inFd = !done.isEmpty() && Arrays.equals(done.getLast(), FD);
                passed |= inFd
                        || Arrays.equals(component, CWD)
                        || Arrays.equals(component, ROOT)
                        || Arrays.equals(component, EXE);
                done.addLast(component);
            } else if (component.length == 2 && done.pollLast() == null) {
                return null;
            }
        }
        byte[] path = Paths.bytes("/proc");
        for (byte[] component : done) {
            path = Paths.join(path, component);
        }
        return path;
    }

    /** The process that a path below {@code /proc} is about; -1 if it is about none. */
    static int process(byte[] path) {
        int proc = skipSlashes(path, 0);
        int procEnd = endOf(path, proc);
        int process = skipSlashes(path, procEnd);
        return is(path, proc, procEnd, PROC) ? number(path, process, endOf(path, process)) : -1;
    }

    private static int number(byte[] path, int from, int to) {
        int number = 0;
        for (int at = from; at < to; at++) {
            if (path[at] < '0' || path[at] > '9' || number > MAX_PROCESS) {
                return -1;
            }
            number = 10 * number + path[at] - '0';
        }
        return from == to ? -1 : number;
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
