package io.dcp.ipc.kernel;

import java.nio.charset.StandardCharsets;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens files so that no watch of a program tells of it: not of the open, nor of what is done through the descriptor or of
 * its close. The only silent descriptors are those that the kernel makes for a listener of fanotify. So a file is marked and
 * opened; a listener of our own, asked for permission, keeps the descriptor that comes with the question, and says no.
 *
 * <p>Whoever else opens the file in that moment waits some microseconds for a yes; if this process is killed, the kernel
 * says yes. Needs CAP_SYS_ADMIN and a kernel with permission events; without them files are opened as usual. Threads take
 * turns.
 */
public final class SilentOpener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SilentOpener.class);

    private static final int FAN_CLOEXEC = 0x1;

    /** Asked before the listeners of programs, which after a no are not asked at all. */
    private static final int FAN_CLASS_PRE_CONTENT = 0x8;

    private static final int FAN_REPORT_TID = 0x100;
    private static final int FAN_MARK_ADD = 0x1;
    private static final int FAN_MARK_REMOVE = 0x2;
    private static final long FAN_OPEN_PERM = 0x10000;
    private static final long FAN_ONDIR = 0x40000000;
    private static final int FAN_ALLOW = 1;
    private static final int FAN_DENY = 2;

    /** struct fanotify_event_metadata, and where in it. */
    private static final int EVENT_BYTES = 24;

    private static final int EVENT_FD = 16;
    private static final int EVENT_PID = 20;

    /** struct fanotify_response: s32 fd, u32 response. */
    private static final int RESPONSE_BYTES = 8;

    private static final int NOTHING = Integer.MIN_VALUE;

    private final Kernel kernel;
    private final Library libc;
    private final Runtime runtime;
    private final int group;
    private volatile int openingTid;
    private volatile boolean closing;

    /** The descriptor that came with the question about the open under way. */
    private volatile int delivered = NOTHING;

    /** The functions of libc that only this class needs; public because the binding must see it. */
    public interface Library {
        int fanotify_init(int flags, int eventFlags);

        int fanotify_mark(int group, int flags, long mask, int dir, long path);

        long read(int fd, long into, long size);

        long write(int fd, long from, long size);
    }

    /** Descriptors will have the flags given, and O_CLOEXEC. */
    public SilentOpener(Kernel kernel, int openFlags) {
        this.kernel = kernel;
        this.libc = LibraryLoader.create(Library.class).load("c");
        this.runtime = Runtime.getRuntime(libc);
        this.group = result(libc.fanotify_init(
                FAN_CLOEXEC | FAN_CLASS_PRE_CONTENT | FAN_REPORT_TID,
                openFlags | OpenFlags.O_CLOEXEC | OpenFlags.O_LARGEFILE));
        if (group < 0) {
            log.info("files cannot be opened silently, watches will see what the agent does: {}", Errno.name(-group));
            return;
        }
        Thread listener = new Thread(this::listen, "silent-opener");
        listener.setDaemon(true);
        listener.start();
    }

    /** Whether descriptors are silent. */
    public boolean isSilent() {
        return group >= 0;
    }

    /**
     * Opens a file anew.
     *
     * @param fd any descriptor of it, also of O_PATH
     * @param flags for an open that is not silent, if a silent one is not possible
     * @return a descriptor, or a negative errno
     */
    public int reopen(int fd, int flags) {
        byte[] path = ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
        int plain = flags | OpenFlags.O_CLOEXEC;
        if (group < 0 || closing) {
            return kernel.openat(Stat.AT_FDCWD, path, plain, 0);
        }
        return reopenMarked(path, plain);
    }

    private synchronized int reopenMarked(byte[] path, int flags) {
        delivered = NOTHING;
        openingTid = kernel.gettid();
        boolean marked = mark(FAN_MARK_ADD, path) >= 0;
        int opened = kernel.openat(Stat.AT_FDCWD, path, flags, 0);
        openingTid = 0;
        if (marked) {
            mark(FAN_MARK_REMOVE, path);
        }
        if (delivered != NOTHING) {
            return delivered;
        }
        // No descriptor could be made for the listener: the reason is for this open to say.
        return opened == -Errno.EPERM && marked ? kernel.openat(Stat.AT_FDCWD, path, flags, 0) : opened;
    }

    private int mark(int how, byte[] path) {
        long address = Scratch.get().first.string(path);
        return result(libc.fanotify_mark(group, how, FAN_OPEN_PERM | FAN_ONDIR, Stat.AT_FDCWD, address));
    }

    private int result(int value) {
        return value >= 0 ? value : -LastError.getLastError(runtime);
    }

    /** Answers each question: the one of our own open is why it was asked, anybody else may open. */
    private void listen() {
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        boolean open = true;
        while (open) {
            long length = libc.read(group, buffer.addressOffset(), EVENT_BYTES);
            if (length != EVENT_BYTES) {
                open = !closing && LastError.getLastError(runtime) != Errno.EBADF;
                continue;
            }
            int fd = buffer.getInt(EVENT_FD);
            boolean ours = buffer.getInt(EVENT_PID) == openingTid;
            if (ours) {
                delivered = fd;
                open = !closing;
            }
            buffer.putInt(0, fd);
            buffer.putInt(Integer.BYTES, ours ? FAN_DENY : FAN_ALLOW);
            libc.write(group, buffer.addressOffset(), RESPONSE_BYTES);
            if (!ours) {
                kernel.close(fd);
            }
        }
        kernel.close(group);
    }

    /** Ends the listener, with the last question. */
    @Override
    public void close() {
        if (group >= 0 && !closing) {
            closing = true;
            int last = reopenMarked(new byte[] {'/'}, OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC);
            if (last >= 0) {
                kernel.close(last);
            }
        }
    }
}
