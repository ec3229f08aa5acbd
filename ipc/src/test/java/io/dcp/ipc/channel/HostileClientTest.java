package io.dcp.ipc.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.wire.Operation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred thousand messages that no shim sends; the server refuses them and goes on answering others. */
class HostileClientTest {
    private static final int MESSAGES = 100_000;
    private static final int FLOOD = 30_000;
    private static final int CHECK_EVERY = 5_000;
    private static final Operation[] OPERATIONS = Arrays.copyOf(Operation.values(), Operation.values().length - 1);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("dcp.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private final AtomicLong handled = new AtomicLong();
    private final TestHandler handler = new TestHandler(taken -> {
        handled.incrementAndGet();
        return Reply.payload(new byte[sizeFor(taken.call().requestId())], 0);
    });

    private interface Attack {
        void on(ListenSockets sockets) throws Exception;
    }

    private void attack(Attack attack) throws Exception {
        try (ListenSockets sockets = ListenSockets.in(directory, 2);
                ShimServer server = new ShimServer(sockets.descriptors(), handler)) {
            server.start();
            FutureTask<Void> task = new FutureTask<>(() -> {
                // Beside the door it talks to, a round trip takes a tenth of the time.
                Kernel.system().pinToCpu(0);
                attack.on(sockets);
                return null;
            });
            new Thread(task).start();
            task.get();
            assertServes(sockets.path(0));
            assertServes(sockets.path(1));
        } catch (AssertionError | ExecutionException e) {
            throw new AssertionError("run again with -Ddcp.test.seed=" + seed, e);
        }
    }

    private static void assertServes(Path socket) {
        try (TestClient good = TestClient.greeted(socket, 1)) {
            good.send(TestMessages.call(9, Operation.STAT, "x"));
            TestClient.Answer answer = good.receive();
            assertNotNull(answer);
            assertEquals(9, answer.requestId());
        }
    }

    @Test
    void shouldAnswerOrRefuseEveryMessage() throws Exception {
        int descriptor = Kernel.system().openat(Stat.AT_FDCWD, new byte[] {'/'}, OpenFlags.O_CLOEXEC, 0);
        attack(sockets -> {
            long refused = 0;
            TestClient hostile = null;
            for (int i = 0; i < MESSAGES; i++) {
                boolean first = hostile == null;
                if (first) {
                    hostile = new TestClient(sockets.path(0));
                    if (random.nextInt(8) > 0) {
                        assertEquals(0, hostile.send(TestMessages.hello(i)));
                        first = false;
                    }
                }
                int sent = hostile.send(any(), random.nextInt(1000) == 0 ? descriptor : -1, 0);
                assertEquals(0, sent, "message " + i);
                if (first) {
                    // It may have been a good Hello, which has no answer; this has one.
                    hostile.send(TestMessages.call(1, Operation.STAT, "x"));
                }
                TestClient.Answer answer = hostile.receive();
                assertNotNull(answer, "message " + i + " was neither answered nor refused");
                if (answer.cause() != null) {
                    refused++;
                    assertNull(hostile.receive());
                    hostile.close();
                    hostile = null;
                }
                if (i % CHECK_EVERY == 0) {
                    assertServes(sockets.path(i & 1));
                }
            }
            if (hostile != null) {
                hostile.close();
            }
            assertTrue(handled.get() > MESSAGES / 10, "answered: " + handled);
            assertTrue(refused > MESSAGES / 10, "refused: " + refused);
        });
        Kernel.system().close(descriptor);
    }

    @Test
    void shouldSurviveFloodsWhoseAnswersNobodyReads() throws Exception {
        attack(sockets -> {
            TestClient hostile = null;
            for (int i = 0; i < FLOOD; i++) {
                if (hostile == null) {
                    hostile = TestClient.greeted(sockets.path(0), i);
                }
                int sent = hostile.sendNow(random.nextInt(200) == 0 ? any() : valid());
                if (sent < 0 || random.nextInt(1000) == 0) {
                    hostile.close();
                    hostile = null;
                }
            }
            if (hostile != null) {
                hostile.close();
            }
        });
    }

    private static int sizeFor(long requestId) {
        return Math.floorMod((requestId * 0x9e3779b97f4a7c15L) >>> 32, 3000);
    }

    private byte[] any() {
        return switch (random.nextInt(6)) {
            case 0 -> bytes(random.nextInt(400));
            case 1 -> withHeader(bytes(8 + random.nextInt(400)));
            case 2 -> mutated(valid());
            case 3 -> resized(valid());
            case 4 -> random.nextInt(20) == 0 ? bytes(random.nextInt(100_000)) : mutated(TestMessages.hello(5));
            default -> valid();
        };
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Random bytes behind the header of a FileCall or a Hello. */
    private byte[] withHeader(byte[] bytes) {
        byte[] real = random.nextBoolean() ? valid() : TestMessages.hello(3);
        System.arraycopy(real, 0, bytes, 0, 8);
        return bytes;
    }

    private byte[] valid() {
        byte[] path = bytes(random.nextInt(100));
        for (int i = 0; i < path.length; i++) {
            path[i] = (byte) ('a' + (path[i] & 15));
        }
        return TestMessages.call(random.nextLong(), OPERATIONS[random.nextInt(OPERATIONS.length)], path, path, path);
    }

    private byte[] mutated(byte[] message) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(message.length);
            message[at] = switch (random.nextInt(3)) {
                case 0 -> (byte) (message[at] ^ 1 << random.nextInt(8));
                case 1 -> (byte) 0xff;
                default -> (byte) random.nextInt();
            };
        }
        return message;
    }

    private byte[] resized(byte[] message) {
        return Arrays.copyOf(message, random.nextInt(2 * message.length));
    }
}
