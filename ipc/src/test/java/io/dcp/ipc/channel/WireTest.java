package io.dcp.ipc.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dcp.ipc.wire.AttributesDecoder;
import io.dcp.ipc.wire.Cause;
import io.dcp.ipc.wire.FileCallEncoder;
import io.dcp.ipc.wire.HelloDecoder;
import io.dcp.ipc.wire.HelloEncoder;
import io.dcp.ipc.wire.MessageHeaderDecoder;
import io.dcp.ipc.wire.MessageHeaderEncoder;
import io.dcp.ipc.wire.Operation;
import io.dcp.ipc.wire.RefusalDecoder;
import io.dcp.ipc.wire.ReplyDecoder;
import io.dcp.ipc.wire.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each side of the wire reads what the other has written: Java's bytes as C's text, and C's bytes made of a text. */
class WireTest {
    private static final int ROUNDS = 200;
    private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;

    @TempDir
    Path directory;

    private final long seed = Long.getLong("dcp.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** One message: its bytes by the Java encoders, and its text. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Sample(byte[] bytes, String text) {}

    private byte[] anyBytes(int most) {
        byte[] bytes = new byte[random.nextInt(10) == 0 ? most : random.nextInt(300)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] anyPath() {
        byte[] bytes = anyBytes(1000);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] |= (byte) (bytes[i] == 0 ? 1 : 0);
        }
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
    }

    private static byte[] cut(ExpandableArrayBuffer buffer, int encodedLength) {
        return Arrays.copyOf(buffer.byteArray(), HEADER + encodedLength);
    }

    private static String moment(String name, long seconds, long nanos) {
        return name + ".seconds " + seconds + "\n" + name + ".nanos " + Integer.toUnsignedLong((int) nanos) + "\n";
    }

    private Sample hello() {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        long version = Integer.toUnsignedLong(random.nextInt());
        long session = random.nextLong();
        HelloEncoder to = new HelloEncoder()
                .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .wireVersion(version)
                .session(session)
                .thread(version);
        return new Sample(
                cut(buffer, to.encodedLength()),
                "Hello\nwireVersion " + version + "\nsession " + session + "\nthread " + version + "\nend\n");
    }

    private Sample refusal() {
        Cause cause = Cause.get(1 + random.nextInt(5));
        String text = "é reason " + random.nextInt();
        ReplyWriter writer = new ReplyWriter();
        byte[] bytes = new byte[writer.writeRefusal(cause, text)];
        writer.packet.data.getBytes(0, bytes);
        return new Sample(
                bytes,
                "Refusal\ncause " + cause.value() + "\nwireVersion " + HelloEncoder.SCHEMA_VERSION + "\ntext "
                        + hex(text.getBytes(StandardCharsets.UTF_8)) + "\nend\n");
    }

    private Attributes anyAttributes() {
        return new Attributes(
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt());
    }

    private static String text(Attributes a) {
        return "ino " + a.ino() + "\ndev " + a.dev() + "\nrdev " + a.rdev() + "\nmode "
                + Integer.toUnsignedLong(a.mode()) + "\nnlink " + Integer.toUnsignedLong(a.nlink()) + "\nuid "
                + Integer.toUnsignedLong(a.uid()) + "\ngid " + Integer.toUnsignedLong(a.gid()) + "\nsizeBytes "
                + a.sizeBytes() + "\nblocks512 " + a.blocks512() + "\nblockSizeBytes "
                + Integer.toUnsignedLong(a.blockSizeBytes()) + "\n"
                + moment("atime", a.atimeSec(), a.atimeNs())
                + moment("mtime", a.mtimeSec(), a.mtimeNs())
                + moment("ctime", a.ctimeSec(), a.ctimeNs())
                + moment("btime", a.btimeSec(), a.btimeNs())
                + "mirrorInode " + a.mirrorInode() + "\n"
                + moment("mirrorCtime", a.mirrorCtimeSec(), a.mirrorCtimeNs());
    }

    private Sample reply() {
        boolean hasAttributes = random.nextInt(4) > 0;
        Attributes attributes = hasAttributes ? anyAttributes() : null;
        Reply reply = new Reply(
                random.nextInt(),
                random.nextBoolean(),
                random.nextBoolean() ? 5 : -1,
                attributes,
                random.nextLong(),
                anyBytes(Reply.MAX_PAYLOAD_BYTES));
        long id = random.nextLong();
        ReplyWriter writer = new ReplyWriter();
        byte[] bytes = new byte[writer.write(id, reply)];
        writer.packet.data.getBytes(0, bytes);
        Attributes zero = new Attributes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new Sample(
                bytes,
                "Reply\nrequestId " + id + "\nerrno " + reply.errno() + "\nverdict "
                        + (reply.nativeCall() ? Verdict.NATIVE : Verdict.DONE).value() + "\ncarriesDescriptor "
                        + (reply.descriptor() >= 0 ? 1 : 0) + "\nhasAttributes " + (hasAttributes ? 1 : 0) + "\nvalue "
                        + reply.value() + "\n" + text(hasAttributes ? attributes : zero) + "payload "
                        + hex(reply.payload()) + "\nend\n");
    }

    private FileCall anyCall(Operation operation) {
        return new FileCall(
                random.nextLong(),
                random.nextInt(),
                operation,
                random.nextInt(01000),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(16),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                Integer.toUnsignedLong(random.nextInt()),
                random.nextLong(),
                Integer.toUnsignedLong(random.nextInt()),
                anyPath(),
                anyPath(),
                anyPath());
    }

    private Sample call(Operation operation) {
        FileCall c = anyCall(operation);
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        FileCallEncoder to = new FileCallEncoder()
                .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .requestId(c.requestId())
                .deadlineMillis(c.deadlineMillis())
                .operation(c.operation())
                .umask(c.umask())
                .flags(c.flags())
                .mode(c.mode())
                .directory(c.directory())
                .directory2(c.directory2())
                .uid(c.uid())
                .gid(c.gid())
                .device(c.device())
                .inode(c.inode())
                .cookie(c.cookie())
                .size(c.size());
        to.prepare()
                .nO_FOLLOW((c.prepare() & 1) != 0)
                .cONTENT((c.prepare() & 2) != 0)
                .eXEC((c.prepare() & 4) != 0)
                .pARENT((c.prepare() & 8) != 0);
        to.atime().seconds(c.atimeSec()).nanos(c.atimeNs());
        to.mtime().seconds(c.mtimeSec()).nanos(c.mtimeNs());
        to.putPath(c.path(), 0, c.path().length)
                .putPath2(c.path2(), 0, c.path2().length)
                .putPayload(c.payload(), 0, c.payload().length);
        return new Sample(cut(buffer, to.encodedLength()), text(c));
    }

    private static String text(FileCall c) {
        return "FileCall\nrequestId " + c.requestId() + "\ndeadlineMillis "
                + Integer.toUnsignedLong(c.deadlineMillis()) + "\noperation "
                + c.operation().value() + "\numask " + c.umask() + "\nflags " + Integer.toUnsignedLong(c.flags())
                + "\nmode " + Integer.toUnsignedLong(c.mode()) + "\nNO_FOLLOW " + (c.prepare() & 1) + "\nCONTENT "
                + (c.prepare() >> 1 & 1) + "\nEXEC " + (c.prepare() >> 2 & 1) + "\nPARENT " + (c.prepare() >> 3)
                + "\ndirectory " + c.directory() + "\ndirectory2 " + c.directory2() + "\nuid "
                + Integer.toUnsignedLong(c.uid()) + "\ngid " + Integer.toUnsignedLong(c.gid()) + "\ndevice "
                + c.device() + "\ninode " + c.inode() + "\ncookie " + c.cookie() + "\nsize " + c.size() + "\n"
                + moment("atime", c.atimeSec(), c.atimeNs())
                + moment("mtime", c.mtimeSec(), c.mtimeNs())
                + "path " + hex(c.path()) + "\npath2 " + hex(c.path2()) + "\npayload " + hex(c.payload()) + "\nend\n";
    }

    private List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            samples.add(hello());
            samples.add(refusal());
            samples.add(reply());
            Operation[] operations = Operation.values();
            samples.add(call(operations[i % (operations.length - 1)]));
        }
        return samples;
    }

    @Test
    void shouldWriteInJavaWhatCReads() throws Exception {
        Path program = TestPrograms.compile("wire-text", directory);
        List<Sample> samples = samples();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        StringBuilder expected = new StringBuilder();
        for (Sample sample : samples) {
            byte[] length = new byte[4];
            new UnsafeBuffer(length).putInt(0, sample.bytes().length);
            stream.write(length);
            stream.write(sample.bytes());
            expected.append(sample.text());
        }
        String said = TestPrograms.run(stream.toByteArray(), List.of(program.toString(), "dump"));
        assertEquals(expected.toString(), said, "seed " + seed);
    }

    @Test
    void shouldReadInJavaWhatCWrites() throws Exception {
        Path program = TestPrograms.compile("wire-text", directory);
        List<Sample> samples = samples();
        StringBuilder text = new StringBuilder();
        samples.forEach(sample -> text.append(sample.text()));
        byte[] built = TestPrograms.runForBytes(
                text.toString().getBytes(StandardCharsets.US_ASCII), List.of(program.toString(), "build"));
        DataInputStream stream = new DataInputStream(new ByteArrayInputStream(built));
        for (Sample sample : samples) {
            byte[] message = new byte[Integer.reverseBytes(stream.readInt())];
            stream.readFully(message);
            assertEquals(sample.text(), read(message), "seed " + seed);
            assertArrayEquals(sample.bytes(), message, "seed " + seed);
        }
        assertEquals(0, stream.available());
    }

    /** The text of a message, by what reads messages in Java. */
    private static String read(byte[] message) throws IOException {
        UnsafeBuffer buffer = new UnsafeBuffer(message);
        MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        switch (header.templateId()) {
            case HelloDecoder.TEMPLATE_ID -> {
                HelloDecoder hello = new HelloDecoder().wrap(buffer, HEADER, header.blockLength(), header.version());
                return "Hello\nwireVersion " + hello.wireVersion() + "\nsession " + hello.session() + "\nthread "
                        + hello.thread() + "\nend\n";
            }
            case RefusalDecoder.TEMPLATE_ID -> {
                RefusalDecoder refusal =
                        new RefusalDecoder().wrap(buffer, HEADER, header.blockLength(), header.version());
                byte[] text = new byte[refusal.textLength()];
                refusal.getText(text, 0, text.length);
                return "Refusal\ncause " + refusal.cause().value() + "\nwireVersion " + refusal.wireVersion()
                        + "\ntext " + hex(text) + "\nend\n";
            }
            case ReplyDecoder.TEMPLATE_ID -> {
                ReplyDecoder reply = new ReplyDecoder().wrap(buffer, HEADER, header.blockLength(), header.version());
                byte[] payload = new byte[reply.payloadLength()];
                reply.getPayload(payload, 0, payload.length);
                AttributesDecoder attributes = reply.attributes();
                return "Reply\nrequestId " + reply.requestId() + "\nerrno " + reply.errno() + "\nverdict "
                        + reply.verdict().value() + "\ncarriesDescriptor " + reply.carriesDescriptor()
                        + "\nhasAttributes " + reply.hasAttributes() + "\nvalue " + reply.value() + "\n"
                        + text(TestClient.attributes(attributes)) + "payload " + hex(payload) + "\nend\n";
            }
            default -> {
                try {
                    return text(new CallReader().readCall(buffer, message.length));
                } catch (RefusedException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
        }
    }
}
