package io.dcp.ipc.channel;

import io.dcp.ipc.wire.Cause;
import io.dcp.ipc.wire.FileCallDecoder;
import io.dcp.ipc.wire.HelloDecoder;
import io.dcp.ipc.wire.MessageHeaderDecoder;
import io.dcp.ipc.wire.MomentDecoder;
import io.dcp.ipc.wire.Operation;
import org.agrona.DirectBuffer;

/**
 * Reads the packets of clients, which may hold anything: every length is checked before it is used, and before memory
 * is taken for it. For one thread.
 */
final class CallReader {
    private static final int HEADER_BYTES = MessageHeaderDecoder.ENCODED_LENGTH;
    private static final int LENGTH_BYTES = 4;
    private static final int PREPARE_BITS = 0x1f;
    private static final int UMASK_BITS = 0777;
    private static final byte[] NO_BYTES = {};
    private static final Operation[] OPERATIONS = operations();

    /** The first message. */
    record Hello(long session, int thread) {}

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final FileCallDecoder call = new FileCallDecoder();

    private static Operation[] operations() {
        int last = 0;
        for (Operation operation : Operation.values()) {
            if (operation != Operation.NULL_VAL) {
                last = Math.max(last, operation.value());
            }
        }
        Operation[] byValue = new Operation[last + 1];
        for (Operation operation : Operation.values()) {
            if (operation != Operation.NULL_VAL) {
                byValue[operation.value()] = operation;
            }
        }
        return byValue;
    }

    /**
     * Reads the first packet of a connection.
     *
     * @return who speaks
     * @throws RefusedException NOT_A_HELLO, WIRE_VERSION or MALFORMED
     */
    Hello readHello(DirectBuffer packet, int length) throws RefusedException {
        if (length < HEADER_BYTES) {
            throw new RefusedException(Cause.NOT_A_HELLO, "the first packet has " + length + " bytes");
        }
        header.wrap(packet, 0);
        if (header.schemaId() != HelloDecoder.SCHEMA_ID || header.templateId() != HelloDecoder.TEMPLATE_ID) {
            throw new RefusedException(
                    Cause.NOT_A_HELLO,
                    "the first packet is message " + header.templateId() + " of schema " + header.schemaId());
        }
        requireVersion(header.version());
        if (header.blockLength() != HelloDecoder.BLOCK_LENGTH || length != HEADER_BYTES + HelloDecoder.BLOCK_LENGTH) {
            throw malformed("a Hello of " + length + " bytes");
        }
        hello.wrap(packet, HEADER_BYTES, HelloDecoder.BLOCK_LENGTH, HelloDecoder.SCHEMA_VERSION);
        requireVersion(hello.wireVersion());
        return new Hello(hello.session(), (int) Math.min(hello.thread(), Integer.MAX_VALUE));
    }

    private static void requireVersion(long version) throws RefusedException {
        if (version != HelloDecoder.SCHEMA_VERSION) {
            throw new RefusedException(
                    Cause.WIRE_VERSION,
                    "the program's shim speaks wire version " + version + ", the agent speaks wire version "
                            + HelloDecoder.SCHEMA_VERSION + ": they are of different builds; start the program anew");
        }
    }

    /**
     * Reads a later packet.
     *
     * @throws RefusedException WIRE_VERSION or MALFORMED
     */
    FileCall readCall(DirectBuffer packet, int length) throws RefusedException {
        if (length < HEADER_BYTES + FileCallDecoder.BLOCK_LENGTH + 3 * LENGTH_BYTES) {
            throw malformed("a FileCall of " + length + " bytes");
        }
        header.wrap(packet, 0);
        if (header.schemaId() != FileCallDecoder.SCHEMA_ID || header.templateId() != FileCallDecoder.TEMPLATE_ID) {
            throw malformed("message " + header.templateId() + " of schema " + header.schemaId());
        }
        requireVersion(header.version());
        if (header.blockLength() != FileCallDecoder.BLOCK_LENGTH) {
            throw malformed("a FileCall with a block of " + header.blockLength() + " bytes");
        }
        call.wrap(packet, HEADER_BYTES, FileCallDecoder.BLOCK_LENGTH, FileCallDecoder.SCHEMA_VERSION);
        Operation operation = operation(call.operationRaw());
        int umask = call.umask();
        if ((umask & ~UMASK_BITS) != 0) {
            throw malformed("umask " + umask);
        }
        int prepare = (int) call.prepare().getRaw();
        if ((prepare & ~PREPARE_BITS) != 0) {
            throw malformed("prepare flags " + prepare);
        }
        MomentDecoder atime = call.atime();
        long atimeSec = atime.seconds();
        long atimeNs = atime.nanos();
        MomentDecoder mtime = call.mtime();
        long mtimeSec = mtime.seconds();
        long mtimeNs = mtime.nanos();

        int at = HEADER_BYTES + FileCallDecoder.BLOCK_LENGTH;
        byte[] path = bytes(packet, at, length, FileCall.MAX_PATH_BYTES);
        at += LENGTH_BYTES + path.length;
        byte[] path2 = bytes(packet, at, length, FileCall.MAX_PATH_BYTES);
        at += LENGTH_BYTES + path2.length;
        byte[] payload = bytes(packet, at, length, Reply.MAX_PAYLOAD_BYTES);
        at += LENGTH_BYTES + payload.length;
        if (at != length) {
            throw malformed("a FileCall with " + (length - at) + " bytes behind its end");
        }
        requireNoNul(path);
        requireNoNul(path2);
        if (operation == Operation.SYMLINK) {
            requireNoNul(payload);
        }
        return new FileCall(
                call.requestId(),
                (int) call.deadlineMillis(),
                operation,
                umask,
                (int) call.flags(),
                (int) call.mode(),
                prepare,
                call.directory(),
                call.directory2(),
                (int) call.uid(),
                (int) call.gid(),
                call.device(),
                call.inode(),
                call.cookie(),
                call.size(),
                atimeSec,
                atimeNs,
                mtimeSec,
                mtimeNs,
                path,
                path2,
                payload);
    }

    private static Operation operation(int value) throws RefusedException {
        Operation operation = value < OPERATIONS.length ? OPERATIONS[value] : null;
        if (operation == null) {
            throw malformed("operation " + value);
        }
        return operation;
    }

    private static byte[] bytes(DirectBuffer packet, int at, int end, int limit) throws RefusedException {
        if (end - at < LENGTH_BYTES) {
            throw malformed("a field without its length");
        }
        int count = packet.getInt(at);
        if (count == 0) {
            return NO_BYTES;
        }
        if (count < 0 || count > limit || count > end - at - LENGTH_BYTES) {
            throw malformed("a field of " + Integer.toUnsignedString(count) + " bytes");
        }
        byte[] bytes = new byte[count];
        packet.getBytes(at + LENGTH_BYTES, bytes);
        return bytes;
    }

    private static void requireNoNul(byte[] path) throws RefusedException {
        for (byte b : path) {
            if (b == 0) {
                throw malformed("a NUL inside a path of " + path.length + " bytes");
            }
        }
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(Cause.MALFORMED, what);
    }
}
