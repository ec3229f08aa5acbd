package io.dcp.ipc.channel;

import java.nio.ByteBuffer;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import org.agrona.concurrent.UnsafeBuffer;

/** Socket calls that return a negative errno, and the constants of Linux they need. Safe from any thread. */
final class Sockets {
    static final int AF_UNIX = 1;
    static final int SOCK_SEQPACKET = 5;
    static final int SOCK_NONBLOCK = 0x800;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_PASSCRED = 16;
    static final int SO_PEERCRED = 17;
    static final int SO_PEERGROUPS = 59;
    static final int SCM_RIGHTS = 1;
    static final int SCM_CREDENTIALS = 2;
    static final int SHUT_RDWR = 2;
    static final int MSG_CTRUNC = 0x8;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int EPOLL_CLOEXEC = 0x80000;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_MOD = 3;
    static final int EPOLLIN = 0x1;
    static final int EPOLLOUT = 0x4;
    static final int EPOLLERR = 0x8;
    static final int EPOLLHUP = 0x10;
    static final int EFD_CLOEXEC = 0x80000;

    /** {@code struct epoll_event} is packed on x86-64 alone. */
    static final int EPOLL_EVENT_BYTES = "aarch64".equals(System.getProperty("os.arch")) ? 16 : 12;

    static final int EPOLL_DATA_OFFSET = EPOLL_EVENT_BYTES - 8;

    private static final SocketLibrary LIBRARY =
            LibraryLoader.create(SocketLibrary.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBRARY);

    private Sockets() {}

    static SocketLibrary library() {
        return LIBRARY;
    }

    /** The result of a call, or the negative errno if it is -1. Must be asked before any other call of this thread. */
    static int result(int value) {
        return value >= 0 ? value : -LastError.getLastError(RUNTIME);
    }

    static long result(long value) {
        return value >= 0 ? value : -LastError.getLastError(RUNTIME);
    }

    static UnsafeBuffer allocate(int size) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(size));
    }

    /** Makes the kernel attach the sender's credentials to each packet; connections inherit it from their listener. */
    static int passCredentials(int fd) {
        UnsafeBuffer one = allocate(4);
        one.putInt(0, 1);
        return result(LIBRARY.setsockopt(fd, SOL_SOCKET, SO_PASSCRED, one.addressOffset(), 4));
    }
}
