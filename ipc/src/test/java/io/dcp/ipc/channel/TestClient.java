package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.wire.AttributesDecoder;
import io.dcp.ipc.wire.Cause;
import io.dcp.ipc.wire.MessageHeaderDecoder;
import io.dcp.ipc.wire.RefusalDecoder;
import io.dcp.ipc.wire.ReplyDecoder;
import io.dcp.ipc.wire.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import org.agrona.concurrent.UnsafeBuffer;

/** A shim's end of the channel, in Java. For one thread. Waiting for an answer fails after half a minute. */
final class TestClient implements AutoCloseable {
    private static final int PASSED_AHEAD = 2;

    private static final int SO_RCVTIMEO = 20;
    private static final int TIMEOUT_SECONDS = 30;
    private static final int DATA = 128;
    private static final int DATA_BYTES = 128 * 1024;

    private static final ConnectLibrary CONNECT =
            LibraryLoader.create(ConnectLibrary.class).load("c");

    private static final ThreadLocal<UnsafeBuffer> MEMORY =
            ThreadLocal.withInitial(() -> Sockets.allocate(DATA + DATA_BYTES));

    private final UnsafeBuffer memory = MEMORY.get();
    private final long address = memory.addressOffset();
    private final int fd;

    /** One that came ahead of the reply it belongs to; -1 for none. */
    private int ahead = -1;

    /** What servers do not need. */
    public interface ConnectLibrary {
        int connect(int fd, long address, int length);
    }

    /** A reply or, with {@code cause} set, a refusal. */
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(
            long requestId,
            int errno,
            Verdict verdict,
            long value,
            Attributes attributes,
            byte[] payload,
            int descriptor,
            Cause cause,
            String text) {}

    TestClient(Path socket) {
        fd = check(
                "socket",
                Sockets.result(
                        Sockets.library().socket(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC, 0)));
        byte[] name = socket.toString().getBytes(StandardCharsets.UTF_8);
        memory.putShort(0, (short) Sockets.AF_UNIX);
        memory.putBytes(2, name);
        memory.putByte(2 + name.length, (byte) 0);
        check("connect", Sockets.result(CONNECT.connect(fd, address, 2 + name.length + 1)));
        memory.putLong(0, TIMEOUT_SECONDS);
        memory.putLong(8, 0);
        check(
                "SO_RCVTIMEO",
                Sockets.result(Sockets.library().setsockopt(fd, Sockets.SOL_SOCKET, SO_RCVTIMEO, address, 16)));
    }

    private static int check(String call, int result) {
        if (result < 0) {
            throw new AssertionError(call + ": " + Errno.name(-result));
        }
        return result;
    }

    /** Connects and says Hello. */
    static TestClient greeted(Path socket, long session) {
        TestClient client = new TestClient(socket);
        check("hello", client.send(TestMessages.hello(session)));
        return client;
    }

    /** Sends one packet, waiting for room; returns 0 or a negative errno. */
    int send(byte[] message) {
        return send(message, -1, 0);
    }

    /** Sends what there is room for at once; returns 0 or a negative errno. */
    int sendNow(byte[] message) {
        return send(message, -1, Sockets.MSG_DONTWAIT);
    }

    int send(byte[] message, int descriptor, int flags) {
        int count = Math.min(message.length, DATA_BYTES);
        memory.putBytes(DATA, message, 0, count);
        header(count, descriptor >= 0 ? 24 : 0);
        if (descriptor >= 0) {
            memory.putLong(72, 20);
            memory.putInt(80, Sockets.SOL_SOCKET);
            memory.putInt(84, Sockets.SCM_RIGHTS);
            memory.putInt(88, descriptor);
        }
        return (int) Math.min(0, Sockets.result(Sockets.library().sendmsg(fd, address, flags | Sockets.MSG_NOSIGNAL)));
    }

    private void header(int length, int controlBytes) {
        memory.setMemory(0, 56, (byte) 0);
        memory.putLong(16, address + 56);
        memory.putLong(24, 1);
        memory.putLong(32, controlBytes == 0 ? 0 : address + 72);
        memory.putLong(40, controlBytes);
        memory.putLong(56, address + DATA);
        memory.putLong(64, length);
    }

    /** Waits for one message, and for the reply after a descriptor that comes ahead of it; null at the end of the connection, which may come before what was sent is read. */
    Answer receive() {
        header(DATA_BYTES, 24);
        int result = (int) Sockets.result(Sockets.library().recvmsg(fd, address, Sockets.MSG_CMSG_CLOEXEC));
        if (result == 0 || result == -Errno.ECONNRESET) {
            return null;
        }
        int length = check("receive", result);
        int descriptor = memory.getLong(40) >= 20 ? memory.getInt(88) : -1;
        UnsafeBuffer data = new UnsafeBuffer(memory, DATA, length);
        MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(data, 0);
        int block = MessageHeaderDecoder.ENCODED_LENGTH;
        if (header.templateId() == RefusalDecoder.TEMPLATE_ID) {
            RefusalDecoder refusal = new RefusalDecoder().wrap(data, block, header.blockLength(), header.version());
            Cause cause = refusal.cause();
            byte[] text = new byte[refusal.textLength()];
            refusal.getText(text, 0, text.length);
            return new Answer(0, 0, null, 0, null, null, descriptor, cause, new String(text, StandardCharsets.UTF_8));
        }
        ReplyDecoder reply = new ReplyDecoder().wrap(data, block, header.blockLength(), header.version());
        if (reply.carriesDescriptor() == PASSED_AHEAD && descriptor >= 0) {
            ahead = descriptor;
            return receive();
        }
        if (ahead >= 0 && descriptor < 0) {
            descriptor = ahead;
            ahead = -1;
        }
        byte[] payload = new byte[reply.payloadLength()];
        reply.getPayload(payload, 0, payload.length);
        if ((reply.carriesDescriptor() == 1) != (descriptor >= 0)) {
            throw new AssertionError("carriesDescriptor=" + reply.carriesDescriptor() + " descriptor=" + descriptor);
        }
        return new Answer(
                reply.requestId(),
                reply.errno(),
                reply.verdict(),
                reply.value(),
                reply.hasAttributes() == 1 ? attributes(reply.attributes()) : null,
                payload,
                descriptor,
                null,
                null);
    }

    static Attributes attributes(AttributesDecoder from) {
        return new Attributes(
                from.ino(),
                from.dev(),
                from.rdev(),
                (int) from.mode(),
                (int) from.nlink(),
                (int) from.uid(),
                (int) from.gid(),
                from.sizeBytes(),
                from.blocks512(),
                (int) from.blockSizeBytes(),
                from.atime().seconds(),
                (int) from.atime().nanos(),
                from.mtime().seconds(),
                (int) from.mtime().nanos(),
                from.ctime().seconds(),
                (int) from.ctime().nanos(),
                from.btime().seconds(),
                (int) from.btime().nanos(),
                from.mirrorInode(),
                from.mirrorCtime().seconds(),
                (int) from.mirrorCtime().nanos());
    }

    @Override
    public void close() {
        Sockets.library().close(fd);
    }
}
