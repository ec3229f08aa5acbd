package io.dcp.ipc.channel;

/** The functions of libc that sockets need, bound by jnr-ffi; public only because the binding must see it. */
public interface SocketLibrary {
    int socket(int domain, int type, int protocol);

    int bind(int fd, long address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, long address, long length, int flags);

    int shutdown(int fd, int how);

    int setsockopt(int fd, int level, int option, long value, int length);

    int getsockopt(int fd, int level, int option, long value, long length);

    long recvmsg(int fd, long message, int flags);

    long sendmsg(int fd, long message, int flags);

    int epoll_create1(int flags);

    int epoll_ctl(int epoll, int operation, int fd, long event);

    int epoll_wait(int epoll, long events, int count, int timeoutMillis);

    int eventfd(int initial, int flags);

    long read(int fd, long into, long size);

    long write(int fd, long from, long size);

    int close(int fd);
}
