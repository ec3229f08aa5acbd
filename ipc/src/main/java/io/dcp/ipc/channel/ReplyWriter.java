package io.dcp.ipc.channel;

import io.dcp.ipc.wire.AttributesEncoder;
import io.dcp.ipc.wire.Cause;
import io.dcp.ipc.wire.MessageHeaderEncoder;
import io.dcp.ipc.wire.RefusalEncoder;
import io.dcp.ipc.wire.ReplyEncoder;
import io.dcp.ipc.wire.Verdict;
import java.nio.charset.StandardCharsets;

/** One thread's packet for sending, and what writes into it. */
final class ReplyWriter {
    private static final ThreadLocal<ReplyWriter> OF_THREAD = ThreadLocal.withInitial(ReplyWriter::new);
    private static final int ATTRIBUTES_OFFSET =
            MessageHeaderEncoder.ENCODED_LENGTH + ReplyEncoder.attributesEncodingOffset();

    private static final short PASSED_AHEAD = 2;

    final Packet packet = new Packet();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ReplyEncoder encoder = new ReplyEncoder();
    private final RefusalEncoder refusal = new RefusalEncoder();

    static ReplyWriter get() {
        return OF_THREAD.get();
    }

    /** Writes a reply whose payload is within bounds; returns the length of the packet. */
    int write(long requestId, Reply reply) {
        Attributes attributes = reply.attributes();
        encoder.wrapAndApplyHeader(packet.data, 0, header)
                .requestId(requestId)
                .errno(reply.errno())
                .verdict(reply.nativeCall() ? Verdict.NATIVE : Verdict.DONE)
                .carriesDescriptor((short) (reply.descriptor() >= 0 ? 1 : 0))
                .hasAttributes((short) (attributes != null ? 1 : 0))
                .value(reply.value());
        if (attributes != null) {
            writeAttributes(encoder.attributes(), attributes);
        } else {
            // The bytes of an earlier reply may be another user's.
            packet.data.setMemory(ATTRIBUTES_OFFSET, AttributesEncoder.ENCODED_LENGTH, (byte) 0);
        }
        byte[] payload = reply.payload();
        encoder.putPayload(payload, 0, payload.length);
        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    /** Writes the packet that passes a descriptor ahead of its reply; returns its length. */
    int writePassing(long requestId) {
        int length = write(requestId, Reply.done());
        encoder.carriesDescriptor(PASSED_AHEAD);
        return length;
    }

    private static void writeAttributes(AttributesEncoder to, Attributes from) {
        to.ino(from.ino())
                .dev(from.dev())
                .rdev(from.rdev())
                .mode(from.mode())
                .nlink(from.nlink())
                .uid(from.uid())
                .gid(from.gid())
                .sizeBytes(from.sizeBytes())
                .blocks512(from.blocks512())
                .blockSizeBytes(from.blockSizeBytes())
                .mirrorInode(from.mirrorInode());
        to.atime().seconds(from.atimeSec()).nanos(from.atimeNs());
        to.mtime().seconds(from.mtimeSec()).nanos(from.mtimeNs());
        to.ctime().seconds(from.ctimeSec()).nanos(from.ctimeNs());
        to.btime().seconds(from.btimeSec()).nanos(from.btimeNs());
        to.mirrorCtime().seconds(from.mirrorCtimeSec()).nanos(from.mirrorCtimeNs());
    }

    int writeRefusal(Cause cause, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        refusal.wrapAndApplyHeader(packet.data, 0, header)
                .cause(cause)
                .wireVersion(RefusalEncoder.SCHEMA_VERSION)
                .putText(bytes, 0, bytes.length);
        return MessageHeaderEncoder.ENCODED_LENGTH + refusal.encodedLength();
    }
}
