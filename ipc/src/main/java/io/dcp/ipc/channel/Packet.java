package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Errno;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Native memory for one packet, with the message header that {@code sendmsg} and {@code recvmsg} take:
 *
 * <pre>
 *    0  struct msghdr   name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48
 *   56  struct iovec    base, length
 *   72  control         32 bytes: one struct ucred, or one descriptor
 *  104  data            at most MAX_BYTES
 * </pre>
 *
 * The room for control data holds credentials and nothing more, so that descriptors that a client sends never arrive:
 * the kernel drops what does not fit. For one thread.
 */
final class Packet {
    /** The largest message of the wire. */
    static final int MAX_BYTES = 80 * 1024;

    private static final int IOV = 56;
    private static final int CONTROL = 72;
    private static final int CONTROL_BYTES = 32;
    private static final int CMSG_HEADER_BYTES = 16;
    private static final int RIGHTS_SPACE_BYTES = 24;
    private static final int DATA = 104;

    private final UnsafeBuffer memory = Sockets.allocate(DATA + MAX_BYTES);
    private final long address = memory.addressOffset();

    /** What was received, or is to be sent. */
    final UnsafeBuffer data = new UnsafeBuffer(memory, DATA, MAX_BYTES);

    private boolean hasCredentials;
    private int pid;
    private int uid;
    private int gid;

    Packet() {
        memory.putLong(16, address + IOV);
        memory.putLong(24, 1);
        memory.putLong(IOV, address + DATA);
    }

    /**
     * Receives one packet into {@link #data} without waiting.
     *
     * @return its length; 0 at the end, or for an empty packet, which {@link #hasCredentials}; or a negative errno
     */
    int receive(int fd) {
        memory.putLong(IOV + 8, MAX_BYTES);
        memory.putLong(32, address + CONTROL);
        memory.putLong(40, CONTROL_BYTES);
        memory.putInt(48, 0);
        int length = (int)
                Sockets.result(Sockets.library().recvmsg(fd, address, Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC));
        hasCredentials = false;
        if (length >= 0) {
            readControl();
        }
        return length;
    }

    private void readControl() {
        int length = (int) memory.getLong(40);
        if (length < CMSG_HEADER_BYTES || memory.getInt(CONTROL + 8) != Sockets.SOL_SOCKET) {
            return;
        }
        int type = memory.getInt(CONTROL + 12);
        int payload = CONTROL + CMSG_HEADER_BYTES;
        if (type == Sockets.SCM_CREDENTIALS && length >= CMSG_HEADER_BYTES + 12) {
            hasCredentials = true;
            pid = memory.getInt(payload);
            uid = memory.getInt(payload + 4);
            gid = memory.getInt(payload + 8);
        } else if (type == Sockets.SCM_RIGHTS) {
            int end = CONTROL + (int) Math.min(length, memory.getLong(CONTROL));
            for (int at = payload; at + 4 <= end; at += 4) {
                Sockets.library().close(memory.getInt(at));
            }
        }
    }

    /** True if the packet last received was longer than any message, or carried descriptors. */
    boolean isTruncated() {
        return (memory.getInt(48) & (Sockets.MSG_TRUNC | Sockets.MSG_CTRUNC)) != 0;
    }

    /** True if the packet last received came with its sender's ids, which the kernel has filled in or checked. */
    boolean hasCredentials() {
        return hasCredentials;
    }

    /** The sender's process, as seen from here; 0 if it cannot be seen. */
    int pid() {
        return pid;
    }

    /** The sender's real user. */
    int uid() {
        return uid;
    }

    /** The sender's real group. */
    int gid() {
        return gid;
    }

    /**
     * Sends the first {@code length} bytes of {@link #data} without waiting.
     *
     * @param descriptor to pass along; -1 for none; stays open here
     * @return 0 or a negative errno, -EAGAIN if the receiver's buffer is full
     */
    int send(int fd, int length, int descriptor) {
        memory.putLong(IOV + 8, length);
        if (descriptor >= 0) {
            memory.putLong(32, address + CONTROL);
            memory.putLong(40, RIGHTS_SPACE_BYTES);
            memory.putLong(CONTROL, CMSG_HEADER_BYTES + 4);
            memory.putInt(CONTROL + 8, Sockets.SOL_SOCKET);
            memory.putInt(CONTROL + 12, Sockets.SCM_RIGHTS);
            memory.putInt(CONTROL + CMSG_HEADER_BYTES, descriptor);
        } else {
            memory.putLong(32, 0);
            memory.putLong(40, 0);
        }
        memory.putInt(48, 0);
        for (; ; ) {
            long sent =
                    Sockets.result(Sockets.library().sendmsg(fd, address, Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL));
            if (sent != -Errno.EINTR) {
                return sent >= 0 ? 0 : (int) sent;
            }
        }
    }
}
