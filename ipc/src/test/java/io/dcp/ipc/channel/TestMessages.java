package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.wire.FileCallEncoder;
import io.dcp.ipc.wire.HelloEncoder;
import io.dcp.ipc.wire.MessageHeaderEncoder;
import io.dcp.ipc.wire.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.ExpandableArrayBuffer;

/** Messages as a shim writes them. */
final class TestMessages {
    private TestMessages() {}

    static byte[] hello(long session) {
        return hello(session, HelloEncoder.SCHEMA_VERSION);
    }

    static byte[] hello(long session, int wireVersion) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        HelloEncoder hello = new HelloEncoder()
                .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .wireVersion(wireVersion)
                .session(session)
                .thread(0);
        return Arrays.copyOf(buffer.byteArray(), MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength());
    }

    static byte[] call(long requestId, Operation operation, String path) {
        return call(requestId, operation, path.getBytes(StandardCharsets.ISO_8859_1), new byte[0], new byte[0]);
    }

    static byte[] call(long requestId, Operation operation, byte[] path, byte[] path2, byte[] payload) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(1024);
        FileCallEncoder call = new FileCallEncoder()
                .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .requestId(requestId)
                .deadlineMillis(30_000)
                .operation(operation)
                .umask(022)
                .directory(Stat.AT_FDCWD)
                .directory2(Stat.AT_FDCWD)
                .putPath(path, 0, path.length)
                .putPath2(path2, 0, path2.length)
                .putPayload(payload, 0, payload.length);
        return Arrays.copyOf(buffer.byteArray(), MessageHeaderEncoder.ENCODED_LENGTH + call.encodedLength());
    }

    /** Attributes whose every field differs. */
    static Attributes attributes(int base) {
        return new Attributes(
                base + 1L,
                base + 2L,
                base + 3L,
                base + 4,
                base + 5,
                base + 6,
                base + 7,
                base + 8L,
                base + 9L,
                base + 10,
                base + 11L,
                base + 12,
                base + 13L,
                base + 14,
                base + 15L,
                base + 16,
                base + 17L,
                base + 18,
                base + 19L,
                base + 20L,
                base + 21);
    }
}
