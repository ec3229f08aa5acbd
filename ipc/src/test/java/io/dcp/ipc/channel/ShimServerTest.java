package io.dcp.ipc.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.wire.Cause;
import io.dcp.ipc.wire.HelloEncoder;
import io.dcp.ipc.wire.Operation;
import io.dcp.ipc.wire.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimServerTest {
    private static final Kernel KERNEL = Kernel.system();
    private static final ShimLimits LIMITS = new ShimLimits(4, 8, 64L << 20, 256 << 10);

    @TempDir
    static Path programs;

    private static Path client;

    @TempDir
    Path directory;

    private final TestHandler handler = new TestHandler(taken -> Reply.done());
    private final List<AutoCloseable> opened = new ArrayList<>();
    private Path socket;
    private Path otherSocket;

    @BeforeAll
    static void compile() throws Exception {
        client = TestPrograms.compile("shim-client", programs);
    }

    @BeforeEach
    void serve() throws IOException {
        ListenSockets sockets = ListenSockets.in(directory, 2);
        socket = sockets.path(0);
        otherSocket = sockets.path(1);
        ShimServer server = new ShimServer(sockets.descriptors(), handler, KERNEL, LIMITS);
        server.start();
        opened.add(server);
        opened.add(sockets);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private TestClient connect() {
        return connect(socket, 7);
    }

    private TestClient connect(Path to, long session) {
        TestClient connected = TestClient.greeted(to, session);
        opened.add(0, connected);
        return connected;
    }

    private static TestClient.Answer ask(TestClient from, long requestId) {
        assertEquals(0, from.send(TestMessages.call(requestId, Operation.STAT, "x")));
        return from.receive();
    }

    private void assertServes() {
        try (TestClient good = TestClient.greeted(otherSocket, 99)) {
            assertEquals(3, ask(good, 3).requestId());
        }
    }

    private String runClient(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(client.toString(), socket.toString()));
        command.addAll(List.of(arguments));
        return TestPrograms.run(new byte[0], command);
    }

    /** Waits for what another thread is about to do. */
    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "waited for 30 s");
            Thread.onSpinWait();
        }
    }

    private static long descriptorsOn(Path file) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).equals(file);
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int open(Path file) {
        int fd = KERNEL.openat(
                Stat.AT_FDCWD,
                file.toString().getBytes(StandardCharsets.UTF_8),
                OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC,
                0);
        assertTrue(fd >= 0);
        return fd;
    }

    @Test
    void shouldCarryEveryPartOfAReply() {
        Attributes attributes = TestMessages.attributes(1000);
        byte[] payload = {0, 1, -1, 10};
        TestClient from = connect();

        handler.answering(taken -> new Reply(0, false, -1, attributes, 1L << 40, payload));
        TestClient.Answer full = ask(from, 1L << 50);
        assertEquals(1L << 50, full.requestId());
        assertEquals(attributes, full.attributes());
        assertEquals(1L << 40, full.value());
        assertArrayEquals(payload, full.payload());
        assertEquals(Verdict.DONE, full.verdict());

        handler.answering(taken -> Reply.error(Errno.ENOTEMPTY));
        TestClient.Answer error = ask(from, 2);
        assertEquals(Errno.ENOTEMPTY, error.errno());
        assertNull(error.attributes());

        handler.answering(taken -> Reply.natively());
        assertEquals(Verdict.NATIVE, ask(from, 3).verdict());
    }

    @Test
    void shouldTellTheHandlerWhoCallsAndWhen() throws Exception {
        handler.answering(taken -> null);
        TestClient from = connect();
        byte[] path = {(byte) 0xff, '/', '\n'};
        from.send(TestMessages.call(5, Operation.SETXATTR, path, new byte[] {'n'}, new byte[] {0, 1}));
        TestHandler.Taken taken = TestHandler.next(handler.taken);

        assertEquals(ProcessHandle.current().pid(), taken.caller().pid());
        assertEquals(KERNEL.geteuid(), taken.caller().uid());
        assertEquals(KERNEL.getegid(), taken.caller().gid());
        assertArrayEquals(ownGroups(), taken.caller().groups());
        assertEquals(7, taken.caller().session());
        assertEquals(30_000, taken.call().deadlineMillis());
        assertEquals(Operation.SETXATTR, taken.call().operation());
        assertEquals(Stat.AT_FDCWD, taken.call().directory());
        assertEquals(022, taken.call().umask());
        assertArrayEquals(path, taken.call().path());
        assertArrayEquals(new byte[] {'n'}, taken.call().path2());
        assertArrayEquals(new byte[] {0, 1}, taken.call().payload());
    }

    private static int[] ownGroups() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Groups:")) {
                String listed = line.substring("Groups:".length()).strip();
                return listed.isEmpty()
                        ? new int[0]
                        : Stream.of(listed.split(" "))
                                .mapToInt(Integer::parseInt)
                                .toArray();
            }
        }
        throw new AssertionError("no groups");
    }

    @Test
    void shouldLetRepliesComeInAnyOrder() throws Exception {
        handler.answering(taken -> null);
        TestClient from = connect();
        for (int id = 1; id <= 3; id++) {
            from.send(TestMessages.call(id, Operation.STAT, "x"));
        }
        List<TestHandler.Taken> calls = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            calls.add(TestHandler.next(handler.taken));
        }
        for (int id = 3; id >= 1; id--) {
            calls.get(id - 1).replier().reply(Reply.payload(new byte[0], 10L * id));
        }
        for (int id = 3; id >= 1; id--) {
            TestClient.Answer answer = from.receive();
            assertEquals(id, answer.requestId());
            assertEquals(10L * id, answer.value());
        }
    }

    @Test
    void shouldPassADescriptorAndCloseItsOwn() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "contents");
        handler.answering(taken -> Reply.descriptor(open(file), TestMessages.attributes(1)));
        assertEquals("reply 1 errno 0 value 0 descriptor yes\ntext contents\n", runClient("open"));
        await(() -> descriptorsOn(file) == 0);
    }

    @Test
    void shouldCloseItsOwnDescriptorBeforeItAnswers() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "contents");
        handler.answering(taken -> Reply.descriptor(open(file), null));
        TestClient from = connect();
        for (int id = 1; id <= 1000; id++) {
            int passed = ask(from, id).descriptor();
            assertEquals(1, descriptorsOn(file));
            Kernel.system().close(passed);
        }
    }

    @Test
    void shouldCloseTheDescriptorOfAClientThatHasGone() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "contents");
        handler.answering(taken -> null);
        TestClient from = connect();
        from.send(TestMessages.call(1, Operation.OPEN, "x"));
        TestHandler.Taken call = TestHandler.next(handler.taken);
        from.close();
        opened.remove(from);
        assertEquals(7L, TestHandler.next(handler.ended));
        call.replier().reply(Reply.descriptor(open(file), null));
        assertEquals(0, descriptorsOn(file));
    }

    @Test
    void shouldAnswerEioForADescriptorThatIsNotOpen() {
        handler.answering(taken -> Reply.descriptor(1_000_000, null));
        TestClient.Answer answer = ask(connect(), 1);
        assertEquals(Errno.EIO, answer.errno());
        assertEquals(-1, answer.descriptor());
    }

    @Test
    void shouldAnswerEioWhenTheHandlerFails() {
        TestClient from = connect();
        handler.answering(taken -> {
            throw new IllegalArgumentException("as the test wants");
        });
        assertEquals(Errno.EIO, ask(from, 1).errno());
        handler.answering(taken -> Reply.payload(new byte[Reply.MAX_PAYLOAD_BYTES + 1], 0));
        assertEquals(Errno.EIO, ask(from, 2).errno());
        handler.answering(taken -> Reply.payload(new byte[Reply.MAX_PAYLOAD_BYTES], 0));
        assertEquals(Reply.MAX_PAYLOAD_BYTES, ask(from, 3).payload().length);
    }

    @Test
    void shouldRefuseASecondReply() throws Exception {
        handler.answering(taken -> null);
        TestClient from = connect();
        from.send(TestMessages.call(1, Operation.STAT, "x"));
        Replier replier = TestHandler.next(handler.taken).replier();
        replier.reply(Reply.done());
        assertThrows(IllegalStateException.class, () -> replier.reply(Reply.done()));
    }

    @Test
    void shouldRefuseAnotherWireVersionByName() {
        try (TestClient from = new TestClient(socket)) {
            from.send(TestMessages.hello(1, HelloEncoder.SCHEMA_VERSION + 1));
            from.send(TestMessages.call(1, Operation.STAT, "x"));
            TestClient.Answer refusal = from.receive();
            assertEquals(Cause.WIRE_VERSION, refusal.cause());
            assertTrue(
                    refusal.text().contains("shim speaks wire version " + (HelloEncoder.SCHEMA_VERSION + 1))
                            && refusal.text().contains("agent speaks wire version " + HelloEncoder.SCHEMA_VERSION),
                    refusal.text());
            assertNull(from.receive());
        }
        byte[] newerSchema = TestMessages.hello(1);
        newerSchema[6] = 9;
        assertEquals(Cause.WIRE_VERSION, firstAnswer(newerSchema));
        assertServes();
    }

    private Cause firstAnswer(byte[]... packets) {
        try (TestClient from = new TestClient(socket)) {
            for (byte[] packet : packets) {
                from.send(packet);
            }
            TestClient.Answer answer = from.receive();
            return answer == null ? null : answer.cause();
        }
    }

    @Test
    void shouldRefuseWhatIsNotAHello() {
        assertEquals(Cause.NOT_A_HELLO, firstAnswer(TestMessages.call(1, Operation.STAT, "x")));
        assertEquals(Cause.NOT_A_HELLO, firstAnswer(new byte[] {1}));
        assertEquals(Cause.NOT_A_HELLO, firstAnswer("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(Cause.MALFORMED, firstAnswer(new byte[90_000]));
        byte[] longHello = Arrays.copyOf(TestMessages.hello(1), 21);
        assertEquals(Cause.MALFORMED, firstAnswer(longHello));
        assertServes();
    }

    @Test
    void shouldRefuseSizesAndValuesThatNoShimSends() {
        int path = 8 + 100;
        assertMalformed(call -> Arrays.copyOf(call, 30));
        assertMalformed(call -> Arrays.copyOf(call, call.length + 1));
        assertMalformed(call -> Arrays.copyOf(call, call.length - 1));
        assertMalformed(call -> Arrays.copyOf(call, 90_000));
        assertMalformed(call -> patched(call, path, 0xff, 0xff, 0xff, 0xff));
        assertMalformed(call -> patched(call, path, 0xff, 0xff, 0xff, 0x7f));
        assertMalformed(call -> patched(call, path, 2, 0, 0, 0));
        assertMalformed(call -> patched(call, path + 4, 0));
        assertMalformed(call -> patched(call, 0, 99));
        assertMalformed(call -> patched(call, 2, 2));
        assertMalformed(call -> patched(call, 4, 0));
        assertMalformed(call -> patched(call, 8 + 12, 0, 0));
        assertMalformed(call -> patched(call, 8 + 12, 23, 0));
        assertMalformed(call -> patched(call, 8 + 12, 0xff, 0xff));
        assertMalformed(call -> patched(call, 8 + 14, 0, 2));
        assertMalformed(call -> patched(call, 8 + 24, 0x20));
        assertEquals(Cause.MALFORMED, firstAnswer(TestMessages.hello(1), TestMessages.hello(1)));
        assertEquals(Cause.MALFORMED, firstAnswer(TestMessages.hello(1), new byte[0]));
        byte[] nul = {'a', 0, 'b'};
        byte[] none = {};
        assertEquals(
                Cause.MALFORMED,
                firstAnswer(TestMessages.hello(1), TestMessages.call(1, Operation.RENAME, none, nul, none)));
        assertEquals(
                Cause.MALFORMED,
                firstAnswer(TestMessages.hello(1), TestMessages.call(1, Operation.SYMLINK, none, none, nul)));
        byte[] tooLong = new byte[FileCall.MAX_PATH_BYTES + 1];
        Arrays.fill(tooLong, (byte) 'x');
        assertEquals(
                Cause.MALFORMED,
                firstAnswer(TestMessages.hello(1), TestMessages.call(1, Operation.STAT, tooLong, none, none)));
        assertServes();
    }

    private interface Change {
        byte[] of(byte[] call);
    }

    private void assertMalformed(Change change) {
        byte[] call = change.of(TestMessages.call(1, Operation.STAT, "x"));
        assertEquals(Cause.MALFORMED, firstAnswer(TestMessages.hello(1), call));
    }

    private static byte[] patched(byte[] call, int at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            call[at + i] = (byte) bytes[i];
        }
        return call;
    }

    @Test
    void shouldTakeTheLongestPathAndPayload() {
        byte[] path = new byte[FileCall.MAX_PATH_BYTES];
        Arrays.fill(path, (byte) 'x');
        byte[] none = {};
        TestClient from = connect();
        from.send(TestMessages.call(1, Operation.STAT, path, none, none));
        assertEquals(1, from.receive().requestId());
        from.send(TestMessages.call(2, Operation.SETXATTR, none, none, new byte[Reply.MAX_PAYLOAD_BYTES]));
        assertEquals(2, from.receive().requestId());
    }

    @Test
    void shouldNotKeepDescriptorsThatClientsSend() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "contents");
        int fd = open(file);
        TestClient from = connect();
        from.send(TestMessages.call(1, Operation.STAT, "x"), fd, 0);
        KERNEL.close(fd);
        assertEquals(Cause.MALFORMED, from.receive().cause());
        assertNull(from.receive());
        assertEquals(0, descriptorsOn(file));
    }

    @Test
    void shouldRefuseASenderWhoseIdsHaveChanged() throws Exception {
        assumeTrue(KERNEL.geteuid() == 0, "only root can become another user");
        String said = runClient("changed-ids");
        assertTrue(
                said.matches("reply 1 errno 0 .*\nrefusal 4 the connection is of user 0 .* user 65534 .*\nend\n"),
                said);
        assertEquals(4, Cause.CREDENTIALS.value());
        assertServes();
    }

    @Test
    void shouldRefuseAHelloFromAnotherProcess() throws Exception {
        assumeTrue(KERNEL.geteuid() == 0, "only root can become another user");
        String said = runClient("handed-over");
        assertTrue(said.matches("refusal 4 process .* connected, but process .* said Hello\nend\n"), said);
    }

    @Test
    void shouldTellTheProcessThatSentEachCall() throws Exception {
        handler.answering(taken -> Reply.payload(new byte[0], taken.caller().pid()));
        String[] said = runClient("pids").split("\n", -1);
        String parent = said[0].substring("pid ".length());
        String child = said[2].substring("pid ".length());
        assertFalse(parent.equals(child));
        assertEquals("reply 1 errno 0 value " + parent + " descriptor no", said[1]);
        assertEquals("reply 2 errno 0 value " + child + " descriptor no", said[3]);
    }

    @Test
    void shouldKeepRepliesForAClientThatReadsLate() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "contents");
        handler.answering(taken -> taken.call().operation() == Operation.OPEN
                ? Reply.descriptor(open(file), null)
                : Reply.payload(new byte[70_000], taken.call().requestId()));
        TestClient late = connect();
        for (int id = 1; id <= 5; id++) {
            assertEquals(0, late.send(TestMessages.call(id, Operation.READDIR, "")));
        }
        assertEquals(0, late.send(TestMessages.call(6, Operation.OPEN, "")));
        assertServes();
        for (int id = 1; id <= 5; id++) {
            assertEquals(id, late.receive().value());
        }
        int descriptor = late.receive().descriptor();
        assertTrue(descriptor >= 0);
        KERNEL.close(descriptor);
        await(() -> descriptorsOn(file) == 0);
        assertEquals(7, ask(late, 7).requestId());
    }

    @Test
    void shouldDropAClientThatNeverReads() throws Exception {
        handler.answering(taken -> null);
        TestClient deaf = connect();
        List<TestHandler.Taken> calls = new ArrayList<>();
        for (int id = 1; id <= 8; id++) {
            assertEquals(0, deaf.send(TestMessages.call(id, Operation.READDIR, "")));
            calls.add(TestHandler.next(handler.taken));
        }
        Path file = Files.writeString(directory.resolve("file"), "contents");
        for (TestHandler.Taken call : calls) {
            call.replier().reply(new Reply(0, false, open(file), null, 0, new byte[70_000]));
        }
        assertEquals(7L, TestHandler.next(handler.ended));
        int got = 0;
        for (TestClient.Answer answer = deaf.receive(); answer != null; answer = deaf.receive()) {
            got++;
            KERNEL.close(answer.descriptor());
        }
        assertTrue(got >= 1 && got < 8, "got " + got);
        assertEquals(0, descriptorsOn(file));
        handler.answering(taken -> Reply.done());
        assertServes();
    }

    @Test
    void shouldRefuseTooManyCallsInFlight() throws Exception {
        handler.answering(taken -> null);
        TestClient from = connect();
        for (int id = 1; id <= LIMITS.callsPerConnection() + 1; id++) {
            from.send(TestMessages.call(id, Operation.STAT, "x"));
        }
        assertEquals(Cause.TOO_MANY, from.receive().cause());
        assertNull(from.receive());
        handler.answering(taken -> Reply.done());
        assertServes();
    }

    @Test
    void shouldRefuseTooManyConnectionsOfAUser() {
        for (int i = 0; i < LIMITS.connectionsPerUser(); i++) {
            ask(connect(), 1);
        }
        try (TestClient oneMore = new TestClient(otherSocket)) {
            oneMore.send(TestMessages.hello(8));
            TestClient.Answer answer = oneMore.receive();
            assertNotNull(answer);
            assertEquals(Cause.TOO_MANY, answer.cause());
        }
        ((TestClient) opened.remove(0)).close();
        await(() -> {
            // While the server still counts the one that went, it refuses and closes at once, perhaps before the hello.
            try (TestClient again = new TestClient(otherSocket)) {
                again.send(TestMessages.hello(9));
                again.send(TestMessages.call(1, Operation.STAT, "x"));
                TestClient.Answer answer = again.receive();
                return answer != null && answer.cause() == null;
            }
        });
    }

    @Test
    void shouldTellWhenTheLastConnectionOfASessionCloses() throws Exception {
        TestClient first = connect(socket, 21);
        TestClient second = connect(otherSocket, 21);
        TestClient other = connect(socket, 22);
        for (TestClient each : List.of(first, second, other)) {
            ask(each, 1);
        }
        first.close();
        opened.remove(first);
        ask(other, 2);
        other.close();
        opened.remove(other);
        assertEquals(22L, TestHandler.next(handler.ended));
        second.close();
        opened.remove(second);
        assertEquals(21L, TestHandler.next(handler.ended));
    }

    @Test
    void shouldGiveEachThreadItsOwnUmask() {
        int before = KERNEL.umask(027);
        try {
            handler.answering(taken -> {
                KERNEL.umask(0);
                return Reply.payload(new byte[0], KERNEL.gettid());
            });
            Set<Long> threads = new TreeSet<>();
            threads.add(ask(connect(socket, 1), 1).value());
            threads.add(ask(connect(otherSocket, 1), 1).value());
            assertEquals(2, threads.size());
            assertEquals(027, KERNEL.umask(027));
        } finally {
            KERNEL.umask(before);
        }
    }

    @Test
    void shouldRefuseWhatIsNoListeningSocket() {
        assertThrows(IllegalStateException.class, () -> new ShimServer(new int[] {1_000_000}, handler));
        assertThrows(IllegalArgumentException.class, () -> new ShimLimits(0, 1, 1, 1));
    }
}
