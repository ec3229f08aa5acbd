package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.wire.Cause;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. Its {@link Door}'s thread alone reads from it and closes it; any thread may answer its calls. What is
 * sent is ordered by this object's lock, which is held for no call that blocks.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** What an unanswered call costs beside its packet, roughly. */
    private static final int CALL_OVERHEAD_BYTES = 512;

    final int fd;
    private final Door door;
    private final long token;
    private final ShimLimits limits;
    private final UserShares.Share share;
    private final ClientLog log;
    private final Peer peer;

    // Of the door's thread.
    private boolean greeted;
    private long session;
    private int senderUid;
    private int senderGid;
    private long capabilities;
    private boolean ownRoot;
    private Caller caller;

    // Guarded by this.
    private boolean closed;
    private boolean dropped;
    private int callsInFlight;
    private final ArrayDeque<Queued> queue = new ArrayDeque<>(0);
    private long queuedBytes;

    /** A packet that waits until the client takes what was sent before. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Queued(byte[] bytes, int descriptor) {
        void release() {
            if (descriptor >= 0) {
                Sockets.library().close(descriptor);
            }
        }
    }

    /** Who connected, by SO_PEERCRED and SO_PEERGROUPS. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Peer(int pid, int uid, int gid, int[] groups) {}

    Connection(int fd, Door door, long token, ShimLimits limits, UserShares.Share share, ClientLog log, Peer peer) {
        this.fd = fd;
        this.door = door;
        this.token = token;
        this.limits = limits;
        this.share = share;
        this.log = log;
        this.peer = peer;
    }

    long token() {
        return token;
    }

    int uid() {
        return peer.uid();
    }

    boolean isGreeted() {
        return greeted;
    }

    long session() {
        return session;
    }

    /**
     * Accepts the Hello of the process that connected.
     *
     * @throws RefusedException CREDENTIALS if another process sent it: the connection's rights are not its own
     */
    void greet(CallReader.Hello hello, Packet packet, ProcessRights rights) throws RefusedException {
        requireCredentials(packet);
        if (packet.pid() != peer.pid()) {
            throw new RefusedException(
                    Cause.CREDENTIALS,
                    "process " + peer.pid() + " connected, but process " + packet.pid() + " said Hello");
        }
        session = hello.session();
        capabilities = rights.capabilities(peer.pid(), hello.thread());
        ownRoot = rights.hasOwnRoot(peer.pid());
        senderUid = packet.uid();
        senderGid = packet.gid();
        greeted = true;
    }

    private static void requireCredentials(Packet packet) throws RefusedException {
        if (!packet.hasCredentials() || packet.pid() <= 0) {
            throw new RefusedException(Cause.CREDENTIALS, "the sender's process is unknown; connect again");
        }
    }

    /**
     * Who sent a packet.
     *
     * @throws RefusedException CREDENTIALS if the sender's ids are not those of the Hello
     */
    Caller identify(Packet packet, ProcessRights rights) throws RefusedException {
        requireCredentials(packet);
        if (packet.uid() != senderUid || packet.gid() != senderGid) {
            throw new RefusedException(
                    Cause.CREDENTIALS,
                    "the connection is of user " + senderUid + " group " + senderGid + ", the sender is user "
                            + packet.uid() + " group " + packet.gid() + "; connect again");
        }
        if (caller == null || caller.pid() != packet.pid()) {
            // A vfork child's root may be another than its parent's.
            boolean otherRoot = packet.pid() == peer.pid() ? ownRoot : rights.hasOwnRoot(packet.pid());
            caller = new Caller(session, packet.pid(), peer.uid(), peer.gid(), peer.groups(), capabilities, otherRoot);
        }
        return caller;
    }

    /**
     * Counts a call in.
     *
     * @throws RefusedException TOO_MANY
     */
    Replier begin(FileCall call, int packetBytes) throws RefusedException {
        int held = packetBytes + CALL_OVERHEAD_BYTES;
        if (share.bytes.addAndGet(held) > limits.bytesPerUser()) {
            share.bytes.addAndGet(-held);
            throw new RefusedException(
                    Cause.TOO_MANY, "the calls of user " + peer.uid() + " exceed " + limits.bytesPerUser() + " bytes");
        }
        synchronized (this) {
            if (callsInFlight >= limits.callsPerConnection()) {
                share.bytes.addAndGet(-held);
                throw new RefusedException(
                        Cause.TOO_MANY, callsInFlight + " calls wait for their answers on one connection");
            }
            callsInFlight++;
        }
        return new Pending(this, call.requestId(), held);
    }

    /** A call that is to be answered. */
    private static final class Pending implements Replier {
        private final Connection connection;
        private final long requestId;
        private final int heldBytes;
        private boolean answered;

        Pending(Connection connection, long requestId, int heldBytes) {
            this.connection = connection;
            this.requestId = requestId;
            this.heldBytes = heldBytes;
        }

        @Override
        public void reply(Reply reply) {
            synchronized (this) {
                if (answered) {
                    closeDescriptor(reply.descriptor());
                    throw new IllegalStateException("call answered twice: requestId=" + requestId);
                }
                answered = true;
            }
            connection.answer(requestId, heldBytes, reply);
        }
    }

    private static void closeDescriptor(int descriptor) {
        if (descriptor >= 0) {
            Sockets.library().close(descriptor);
        }
    }

    private void answer(long requestId, int heldBytes, Reply given) {
        share.bytes.addAndGet(-heldBytes);
        Reply reply = given;
        if (reply.payload().length > Reply.MAX_PAYLOAD_BYTES) {
            LOG.error("reply of {} bytes to request {} cannot be sent", reply.payload().length, requestId);
            closeDescriptor(reply.descriptor());
            reply = Reply.error(Errno.EIO);
        }
        ReplyWriter writer = ReplyWriter.get();
        boolean kept = false;
        synchronized (this) {
            callsInFlight--;
            int descriptor = reply.descriptor();
            if (!closed && !dropped && descriptor >= 0 && isToldOfClose(descriptor)) {
                // Ours must be closed before the client hears the answer, so that its own close is the last one: that
                // ends locks, is told to watches, and lets a file that was written be executed.
                int ahead = writer.writePassing(requestId);
                if (!sendOrQueue(writer, requestId, ahead, descriptor)) {
                    closeDescriptor(descriptor);
                }
                descriptor = -1;
                kept = true;
            }
            if (!closed && !dropped) {
                kept |= sendOrQueue(writer, requestId, writer.write(requestId, reply), descriptor);
            }
        }
        if (!kept) {
            closeDescriptor(reply.descriptor());
        }
    }

    /** Whether the end of the last descriptor of an open has effects: of O_PATH it has none. */
    private static boolean isToldOfClose(int descriptor) {
        int flags = Kernel.system().fcntl(descriptor, OpenFlags.F_GETFL, 0);
        return flags >= 0 && (flags & OpenFlags.O_PATH) == 0;
    }

    /** Returns true if the descriptor is kept in the queue. Holds the lock. */
    private boolean sendOrQueue(ReplyWriter writer, long requestId, int length, int descriptor) {
        int bytes = length;
        int passed = descriptor;
        int sent = queue.isEmpty() ? writer.packet.send(fd, bytes, passed) : -Errno.EAGAIN;
        if (sent < 0 && sent != -Errno.EAGAIN && !isGone(sent) && passed >= 0) {
            log.say(peer.uid(), "descriptor cannot be passed: " + Errno.name(-sent));
            bytes = writer.write(requestId, Reply.error(sent == -Errno.ETOOMANYREFS ? Errno.EMFILE : Errno.EIO));
            passed = -1;
            sent = writer.packet.send(fd, bytes, -1);
        }
        if (sent == -Errno.EAGAIN) {
            return enqueue(writer.packet, bytes, passed);
        }
        if (sent < 0 && !isGone(sent)) {
            log.say(peer.uid(), "reply cannot be sent: " + Errno.name(-sent));
            drop();
        }
        return false;
    }

    private static boolean isGone(int error) {
        return error == -Errno.EPIPE || error == -Errno.ECONNRESET;
    }

    private boolean enqueue(Packet packet, int length, int descriptor) {
        if (queuedBytes + length > limits.queuedBytesPerConnection()
                || share.bytes.get() + length > limits.bytesPerUser()) {
            log.say(peer.uid(), "dropped, it does not take its replies");
            drop();
            return false;
        }
        byte[] bytes = new byte[length];
        packet.data.getBytes(0, bytes);
        if (queue.isEmpty()) {
            // Nothing more is read from a client that does not take its replies.
            door.watch(this, Sockets.EPOLLOUT);
        }
        queue.add(new Queued(bytes, descriptor));
        queuedBytes += length;
        share.bytes.addAndGet(length);
        return descriptor >= 0;
    }

    /** Ends the connection from any thread: the door's thread sees the hang-up and closes it. Holds the lock. */
    private void drop() {
        dropped = true;
        releaseQueue();
        Sockets.library().shutdown(fd, Sockets.SHUT_RDWR);
    }

    private void releaseQueue() {
        for (Queued queued : queue) {
            queued.release();
        }
        queue.clear();
        share.bytes.addAndGet(-queuedBytes);
        queuedBytes = 0;
    }

    /** Sends what waits, as far as the client takes it. On the door's thread. */
    void flush() {
        Packet packet = ReplyWriter.get().packet;
        synchronized (this) {
            if (closed || dropped) {
                return;
            }
            for (Queued next = queue.peek(); next != null; next = queue.peek()) {
                packet.data.putBytes(0, next.bytes());
                int sent = packet.send(fd, next.bytes().length, next.descriptor());
                if (sent == -Errno.EAGAIN) {
                    return;
                }
                if (sent < 0) {
                    drop();
                    return;
                }
                queue.remove();
                next.release();
                queuedBytes -= next.bytes().length;
                share.bytes.addAndGet(-next.bytes().length);
            }
            door.watch(this, Sockets.EPOLLIN);
        }
    }

    /**
     * The client has closed its end: what waits for it is given up, what it sent before can still be read. On the
     * door's thread. Returns false if there is nothing to read for.
     */
    boolean hungUp() {
        synchronized (this) {
            if (closed || dropped) {
                return false;
            }
            releaseQueue();
            door.watch(this, Sockets.EPOLLIN);
            return true;
        }
    }

    /** Sends the reason and takes no more; {@link #close} must follow. On the door's thread. */
    void refuse(RefusedException why, Packet receiving) {
        ReplyWriter writer = ReplyWriter.get();
        int length = writer.writeRefusal(why.reason(), why.getMessage());
        synchronized (this) {
            if (!dropped && queue.isEmpty()) {
                writer.packet.send(fd, length, -1);
            }
            drop();
        }
        // A socket closed with packets unread gives its peer ECONNRESET in place of the refusal.
        int unread;
        do {
            unread = receiving.receive(fd);
        } while (unread > 0);
    }

    /** Closes the socket; replies that come later are dropped. On the door's thread, once. */
    void close() {
        synchronized (this) {
            closed = true;
            releaseQueue();
            Sockets.library().close(fd);
        }
    }
}
