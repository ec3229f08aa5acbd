package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.wire.Cause;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listening socket and the clients that came through it, served by one thread: an epoll loop that takes one packet
 * of each ready client at a time, so that none starves the others.
 */
final class Door implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    private static final int EVENTS = 64;
    private static final int ACCEPTS_AT_ONCE = 64;
    private static final long LISTENER = -1;
    private static final long WAKE = -2;
    private static final int FOREVER = -1;

    /** How long the listener rests when descriptors have run out, unless a client leaves before. */
    private static final int REST_MILLIS = 100;

    private static final ThreadLocal<UnsafeBuffer> EVENT =
            ThreadLocal.withInitial(() -> Sockets.allocate(Sockets.EPOLL_EVENT_BYTES));

    private final int index;
    private final int doors;
    private final int listenFd;
    private final Kernel kernel;
    private final CallHandler handler;
    private final ShimLimits limits;
    private final Sessions sessions;
    private final UserShares shares;
    private final ClientLog log;
    private final int epoll;
    private final int wake;

    // Of the door's thread.
    private final Packet packet = new Packet();
    private final CallReader reader = new CallReader();
    private final ProcessRights rights;
    private final UnsafeBuffer events = Sockets.allocate(EVENTS * Sockets.EPOLL_EVENT_BYTES);
    private final UnsafeBuffer options = Sockets.allocate(4 + 4 * 65536);
    private Connection[] connections = new Connection[64];
    private int lastGeneration;
    private boolean resting;

    private volatile boolean stopping;

    /**
     * Takes its descriptors; the thread is the caller's to start.
     *
     * @throws IllegalStateException if the kernel gives no descriptor, or {@code listenFd} is no socket
     */
    Door(
            int index,
            int doors,
            int listenFd,
            Kernel kernel,
            CallHandler handler,
            ShimLimits limits,
            Sessions sessions,
            UserShares shares,
            ClientLog log) {
        this.index = index;
        this.doors = doors;
        this.listenFd = listenFd;
        this.kernel = kernel;
        this.rights = new ProcessRights(kernel);
        this.handler = handler;
        this.limits = limits;
        this.sessions = sessions;
        this.shares = shares;
        this.log = log;
        require("SO_PASSCRED", Sockets.passCredentials(listenFd));
        int flags = require("F_GETFL", kernel.fcntl(listenFd, OpenFlags.F_GETFL, 0));
        require("F_SETFL", kernel.fcntl(listenFd, OpenFlags.F_SETFL, flags | Sockets.SOCK_NONBLOCK));
        epoll = require("epoll_create1", Sockets.result(Sockets.library().epoll_create1(Sockets.EPOLL_CLOEXEC)));
        wake = require("eventfd", Sockets.result(Sockets.library().eventfd(0, Sockets.EFD_CLOEXEC)));
        require("epoll_ctl", control(Sockets.EPOLL_CTL_ADD, wake, Sockets.EPOLLIN, WAKE));
        require("epoll_ctl", control(Sockets.EPOLL_CTL_ADD, listenFd, Sockets.EPOLLIN, LISTENER));
    }

    private int require(String call, int result) {
        if (result < 0) {
            throw new IllegalStateException(
                    call + " failed: door=" + index + " listenFd=" + listenFd + " errno=" + Errno.name(-result));
        }
        return result;
    }

    private int control(int operation, int fd, int interest, long token) {
        UnsafeBuffer event = EVENT.get();
        event.putInt(0, interest);
        event.putLong(Sockets.EPOLL_DATA_OFFSET, token);
        return Sockets.result(Sockets.library().epoll_ctl(epoll, operation, fd, event.addressOffset()));
    }

    /** Changes what a connection waits for. From any thread that holds the connection's lock while it is open. */
    void watch(Connection connection, int interest) {
        require("epoll_ctl", control(Sockets.EPOLL_CTL_MOD, connection.fd, interest, connection.token()));
    }

    /** Asks the thread to end; from any thread. */
    void stop() {
        stopping = true;
        UnsafeBuffer one = Sockets.allocate(8);
        one.putLong(0, 1);
        Sockets.library().write(wake, one.addressOffset(), 8);
    }

    @Override
    public void run() {
        settle();
        try {
            while (!stopping) {
                int ready = Sockets.result(Sockets.library()
                        .epoll_wait(epoll, events.addressOffset(), EVENTS, resting ? REST_MILLIS : FOREVER));
                if (ready < 0 && ready != -Errno.EINTR) {
                    require("epoll_wait", ready);
                }
                if (ready == 0) {
                    listenAgain();
                }
                for (int i = 0; i < ready && !stopping; i++) {
                    int at = i * Sockets.EPOLL_EVENT_BYTES;
                    dispatch(events.getLong(at + Sockets.EPOLL_DATA_OFFSET), events.getInt(at));
                }
            }
        } finally {
            for (Connection connection : connections) {
                if (connection != null) {
                    close(connection);
                }
            }
        }
    }

    /** Gives the door's own descriptors back; when its thread has ended, or was never started. */
    void release() {
        Sockets.library().close(epoll);
        Sockets.library().close(wake);
    }

    /** Moves this thread to the CPU of its clients and gives it its own umask and working directory. */
    private void settle() {
        int own = kernel.unshareFs();
        if (own < 0) {
            LOG.warn("door {} shares its umask with all threads: unshare {}", index, Errno.name(-own));
        }
        int pinned = kernel.pinToCpus(index, doors);
        if (pinned < 0) {
            LOG.info("door {} is not bound to a CPU: {}", index, Errno.name(-pinned));
        }
    }

    private void dispatch(long token, int ready) {
        if (token == LISTENER) {
            acceptClients();
            return;
        }
        if (token == WAKE) {
            return;
        }
        int fd = (int) token;
        Connection connection = fd < connections.length ? connections[fd] : null;
        if (connection == null || connection.token() != token) {
            return; // closed by an event before this one
        }
        try {
            serve(connection, ready);
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.error("connection of user {} closed after a defect", connection.uid(), e);
            close(connection);
        }
    }

    private void serve(Connection connection, int ready) {
        if ((ready & Sockets.EPOLLOUT) != 0) {
            connection.flush();
        }
        boolean hungUp = (ready & (Sockets.EPOLLHUP | Sockets.EPOLLERR)) != 0;
        if (hungUp && !connection.hungUp()) {
            close(connection);
            return;
        }
        if (!hungUp && (ready & Sockets.EPOLLIN) == 0) {
            return;
        }
        int length = packet.receive(connection.fd);
        if (length == -Errno.EAGAIN || length == -Errno.EINTR) {
            return;
        }
        if (length < 0 || (length == 0 && !packet.hasCredentials())) {
            close(connection);
            return;
        }
        try {
            receive(connection, length);
        } catch (RefusedException e) {
            log.say(connection.uid(), "refused, " + e.reason() + ": " + e.getMessage());
            connection.refuse(e, packet);
            close(connection);
        }
    }

    private void receive(Connection connection, int length) throws RefusedException {
        if (packet.isTruncated()) {
            throw new RefusedException(Cause.MALFORMED, "a packet of more than 80 KiB, or with descriptors");
        }
        if (!connection.isGreeted()) {
            CallReader.Hello hello = reader.readHello(packet.data, length);
            connection.greet(hello, packet, rights);
            sessions.enter(hello.session());
            return;
        }
        Caller caller = connection.identify(packet, rights);
        FileCall call = reader.readCall(packet.data, length);
        Replier replier = connection.begin(call, length);
        try {
            handler.handle(caller, call, replier);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("{} {} failed", call.operation(), call.requestId(), e);
            try {
                replier.reply(Reply.error(Errno.EIO));
            } catch (IllegalStateException answeredBefore) {
                LOG.debug("it was answered before", answeredBefore);
            }
        }
    }

    private void acceptClients() {
        for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
            int fd = Sockets.result(
                    Sockets.library().accept4(listenFd, 0, 0, Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC));
            if (fd >= 0) {
                admit(fd);
            } else if (fd == -Errno.EAGAIN) {
                return;
            } else if (fd == -Errno.EMFILE || fd == -Errno.ENFILE || fd == -Errno.ENOMEM || fd == -Errno.ENOBUFS) {
                LOG.warn("door {} takes no clients for a moment: {}", index, Errno.name(-fd));
                require("epoll_ctl", control(Sockets.EPOLL_CTL_MOD, listenFd, 0, LISTENER));
                resting = true;
                return;
            } else if (fd != -Errno.ECONNABORTED && fd != -Errno.EINTR) {
                require("accept4", fd);
            }
        }
    }

    private void listenAgain() {
        if (resting) {
            resting = false;
            require("epoll_ctl", control(Sockets.EPOLL_CTL_MOD, listenFd, Sockets.EPOLLIN, LISTENER));
        }
    }

    private void admit(int fd) {
        Connection.Peer peer = peer(fd);
        if (peer == null) {
            Sockets.library().close(fd);
            return;
        }
        UserShares.Share share = shares.enter(peer.uid(), limits.connectionsPerUser());
        long token = (long) ++lastGeneration << 32 | fd;
        if (share == null) {
            String text = "user " + peer.uid() + " has " + limits.connectionsPerUser() + " connections, the limit";
            log.say(peer.uid(), "refused, TOO_MANY: " + text);
            Connection refused = new Connection(fd, this, token, limits, new UserShares.Share(), log, peer);
            refused.refuse(new RefusedException(Cause.TOO_MANY, text), packet);
            refused.close();
            return;
        }
        if (fd >= connections.length) {
            connections = Arrays.copyOf(connections, Math.max(fd + 1, 2 * connections.length));
        }
        connections[fd] = new Connection(fd, this, token, limits, share, log, peer);
        int added = control(Sockets.EPOLL_CTL_ADD, fd, Sockets.EPOLLIN, token);
        if (added < 0) {
            LOG.warn("a client of user {} is closed: epoll_ctl {}", peer.uid(), Errno.name(-added));
            close(connections[fd]);
        }
    }

    /** Who connected, or null if the kernel does not tell. */
    private Connection.Peer peer(int fd) {
        if (option(fd, Sockets.SO_PEERCRED, 12) != 12) {
            return null;
        }
        int pid = options.getInt(4);
        int uid = options.getInt(8);
        int gid = options.getInt(12);
        int size = option(fd, Sockets.SO_PEERGROUPS, 4 * 65536);
        if (size < 0) {
            return null;
        }
        int[] groups = new int[size / 4];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = options.getInt(4 + 4 * i);
        }
        return new Connection.Peer(pid, uid, gid, groups);
    }

    /** Puts a socket option behind its length in {@link #options}; returns the length or a negative errno. */
    private int option(int fd, int name, int room) {
        options.putInt(0, room);
        long length = options.addressOffset();
        int done = Sockets.result(Sockets.library().getsockopt(fd, Sockets.SOL_SOCKET, name, length + 4, length));
        return done < 0 ? done : options.getInt(0);
    }

    private void close(Connection connection) {
        if (connections[connection.fd] != connection) {
            return;
        }
        connections[connection.fd] = null;
        connection.close();
        shares.leave(connection.uid());
        if (connection.isGreeted()) {
            sessions.leave(connection.session());
        }
        listenAgain();
    }
}
