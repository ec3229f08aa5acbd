package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.FaultyObjectStore.Call;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ContentsTest extends MirrorTestBase {
    private static final int CHUNK = MirrorFixture.CHUNK_BYTES;

    private final Kernel kernel = Kernel.system();

    private static byte[] random(int length) {
        byte[] contents = new byte[length];
        new Random(length).nextBytes(contents);
        return contents;
    }

    private List<ChunkRef> chunks(String name) throws Exception {
        Namespace namespace = mirror.namespace();
        return namespace.chunks(
                namespace.entry(Namespace.ROOT, Paths.bytes(name)).ino());
    }

    private boolean isDirty(String name) throws Exception {
        Namespace namespace = mirror.namespace();
        return namespace.isDirty(
                namespace.entry(Namespace.ROOT, Paths.bytes(name)).ino());
    }

    private List<String> objects() {
        List<String> keys = new ArrayList<>();
        mirror.objects.list("", object -> keys.add(object.key()));
        return keys;
    }

    @Test
    void shouldSendAFileAfterItWasClosedAndUnchangedChunksOnlyOnce() throws Exception {
        mirror.start();
        program.write("f", random(3 * CHUNK + 5));
        mirror.drain();
        assertEquals(4, chunks("f").size());
        assertFalse(isDirty("f"));
        mirror.objects.resetCounts();
        program.write("f", OpenFlags.O_RDWR, CHUNK + 1, Paths.bytes("changed"));
        assertTrue(isDirty("f"));
        mirror.drain();
        assertEquals(1, mirror.objects.count(Call.PUT));
        assertEquals(4, objects().size());
        program.setMtime("f", 5, 5);
        mirror.objects.resetCounts();
        program.close(program.open("f", OpenFlags.O_RDWR));
        mirror.drain();
        assertEquals(0, mirror.objects.count(Call.PUT));
    }

    @Test
    void shouldNotMoveTheAccessTimeOfAFileThatIsSent() throws Exception {
        mirror.start();
        program.write("small", random(5));
        program.write("large", random(3 * CHUNK));
        List<Object> before = accessTimes();
        mirror.drain();
        assertEquals(4, mirror.objects.count(Call.PUT));
        assertEquals(before, accessTimes());
    }

    private List<Object> accessTimes() throws Exception {
        return List.of(
                Files.getAttribute(mirror.root.resolve("small"), "lastAccessTime"),
                Files.getAttribute(mirror.root.resolve("large"), "lastAccessTime"));
    }

    @Test
    void shouldKeepAFileDirtyThatIsWrittenWhileItIsSent() throws Exception {
        mirror.objects.hold();
        mirror.start();
        program.write("f", random(CHUNK));
        mirror.objects.awaitWaiting(1);
        program.write("f", OpenFlags.O_WRONLY, 0, Paths.bytes("newer"));
        mirror.objects.letGo();
        mirror.drain();
        mirror.restartCold();
        assertEquals("newer", program.text("f").substring(0, 5));
    }

    @Test
    void shouldKeepAFileDirtyThatIsOpenForWriting() throws Exception {
        program.write("f", "x");
        int fd = program.open("f", OpenFlags.O_WRONLY);
        mirror.start();
        assertEquals(1, mirror.mirror().drain(java.time.Duration.ofMillis(500)));
        kernel.pwrite(fd, Paths.bytes("y"), 0, 1, 0);
        program.close(fd);
        mirror.drain();
        mirror.restartCold();
        assertEquals("y", program.text("f"));
    }

    @Test
    void shouldForgetADirtyFileThatIsUnlinked() throws Exception {
        program.write("f", random(CHUNK));
        program.unlink("f");
        assertEquals(0, mirror.mirror().dirtyFiles());
        mirror.start();
        mirror.drain();
        assertEquals(List.of(), objects());
    }

    @Test
    void shouldDiscardWhatWasSentOfAFileThatWentMeanwhile() throws Exception {
        mirror.objects.hold();
        mirror.start();
        program.write("f", random(2 * CHUNK));
        mirror.objects.awaitWaiting(1);
        program.unlink("f");
        mirror.objects.letGo();
        MirrorFixture.await("no object is left", () -> objects().isEmpty() && mirror.objects.count(Call.DELETE) >= 2);
    }

    @Test
    void shouldDeleteObjectsOnlyAfterTheJournalIsDurable() throws Exception {
        mirror.start();
        program.write("f", random(CHUNK));
        mirror.drain();
        int synced = mirror.store().syncs();
        assertEquals(1, objects().size());
        program.unlink("f");
        MirrorFixture.await("the object is deleted", () -> objects().isEmpty());
        assertTrue(mirror.store().syncs() > synced);
        mirror.kill();
        assertEquals(List.of(), mirror.namespace().garbage(10));
    }

    @Test
    void shouldEmptyAndCutColdFiles() throws Exception {
        byte[] contents = random(2 * CHUNK);
        for (String name : List.of("emptied", "cut", "cut to nothing", "grown")) {
            program.write(name, contents);
        }
        mirror.restartCold();
        mirror.objects.resetCounts();
        assertEquals(0, program.write("emptied", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, 0, Paths.bytes("new")));
        assertEquals(0, program.truncate("cut to nothing", 0));
        assertEquals(0, mirror.objects.count(Call.GET));
        assertEquals(0, program.truncate("cut", CHUNK + 1));
        assertEquals(0, program.truncate("grown", 3 * CHUNK));
        mirror.kill();
        mirror.restartCold();
        assertEquals("new", program.text("emptied"));
        assertEquals("", program.text("cut to nothing"));
        assertArrayEquals(java.util.Arrays.copyOf(contents, CHUNK + 1), program.read("cut"));
        assertArrayEquals(java.util.Arrays.copyOf(contents, 3 * CHUNK), program.read("grown"));
    }

    @Test
    void shouldEmptyAFileWhoseContentsAreOnTheirWay() throws Exception {
        program.write("f", random(8 * CHUNK));
        mirror.restartCold();
        mirror.objects.hold();
        Program reader = mirror.program();
        CompletableFuture<Reply> reading = reader.sendOpen("f", OpenFlags.O_RDONLY, Program.DEADLINE_MILLIS);
        mirror.objects.awaitWaiting(1);
        CompletableFuture<Reply> emptying =
                program.sendOpen("f", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, Program.DEADLINE_MILLIS);
        mirror.objects.letGo();
        int fd = MirrorFixture.await(emptying).descriptor();
        kernel.pwrite(fd, Paths.bytes("new"), 0, 3, 0);
        program.close(MirrorFixture.await(reading).descriptor());
        program.close(fd);
        assertEquals("new", program.text("f"));
    }

    @Test
    void shouldWaitForASlowStoreAndFetchOnce() throws Exception {
        byte[] contents = random(2 * CHUNK);
        program.write("f", contents);
        mirror.restartCold();
        mirror.objects.resetCounts();
        mirror.objects.hold();
        List<CompletableFuture<Reply>> opening = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            opening.add(mirror.program().sendOpen("f", OpenFlags.O_RDONLY, Program.DEADLINE_MILLIS));
        }
        mirror.objects.awaitWaiting(1);
        // Others are answered meanwhile.
        assertEquals(0, program.mkdir("d"));
        mirror.objects.letGo();
        for (CompletableFuture<Reply> each : opening) {
            assertEquals(0, program.close(MirrorFixture.await(each).descriptor()));
        }
        assertEquals(2, mirror.objects.count(Call.GET));
        assertArrayEquals(contents, program.read("f"));
    }

    @Test
    void shouldGiveEioWhenTheStoreStaysAway() throws Exception {
        program.write("f", random(CHUNK));
        mirror.restartCold();
        mirror.objects.goDown();
        Reply[] reply = new Reply[1];
        String log = logged(() -> reply[0] = MirrorFixture.await(program.sendOpen("f", OpenFlags.O_RDONLY, 100)));
        assertEquals(Errno.EIO, reply[0].errno());
        assertTrue(log.contains("object store unavailable, contents cannot be read: inode "), log);
        assertEquals(CHUNK, program.stat("f").sizeBytes());
        mirror.objects.comeBack();
        assertArrayEquals(random(CHUNK), program.read("f"));
    }

    @Test
    void shouldNeverServeACorruptedChunk() throws Exception {
        program.write("f", random(3 * CHUNK));
        mirror.restartCold();
        String key = chunks("f").get(1).key();
        mirror.objects.flip(key, 17);
        String log = logged(() -> assertEquals(Errno.EIO, -program.open("f", OpenFlags.O_RDONLY)));
        assertTrue(log.contains(key), log);
        assertEquals(Errno.EIO, program.prepare("f", PrepareCalls.CONTENT));
        assertEquals(Errno.EIO, program.truncate("f", 10));
        // Nothing of what did arrive, and nothing is thought to be newer than what is in the store.
        assertArrayEquals(new byte[3 * CHUNK], Files.readAllBytes(mirror.root.resolve("f")));
        mirror.start();
        mirror.drain();
        assertEquals(3, chunks("f").size());
        mirror.objects.flip(key, 17);
        assertArrayEquals(random(3 * CHUNK), program.read("f"));
    }

    @Test
    void shouldHoldWritersBackWhileTooMuchIsDirty() throws Exception {
        mirror.objects.goDown();
        mirror.start();
        assertEquals(0, program.room());
        program.write("big", random((int) MirrorFixture.DIRTY_BOUND_BYTES + CHUNK));
        MirrorFixture.await("writers are throttled", () -> throttle() == 1);
        CompletableFuture<Reply> waiting = program.sendRoom();
        Program other = mirror.program();
        CompletableFuture<Reply> opening = other.sendOpen("big", OpenFlags.O_WRONLY, Program.DEADLINE_MILLIS);
        assertEquals(0, mirror.program().mkdir("d"));
        assertFalse(waiting.isDone());
        mirror.objects.comeBack();
        assertEquals(0, MirrorFixture.await(waiting).errno());
        other.close(MirrorFixture.await(opening).descriptor());
        MirrorFixture.await("writers go on", () -> throttle() == 0);
        mirror.drain();
    }

    private int throttle() {
        try {
            return ByteBuffer.wrap(Files.readAllBytes(directory.resolve("region")))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getInt(16);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotLoseAWriteToWriteBackThatLooksAtTheSameTime() throws Exception {
        mirror.start();
        program.write("f", "0");
        for (int i = 1; i <= 300; i++) {
            // Between the marks, write-back may find the file at rest at any moment.
            assertEquals(0, program.write("f", OpenFlags.O_WRONLY, 0, Paths.bytes(Integer.toString(i))));
            if (i % 100 == 0) {
                mirror.drain();
                assertEquals(0, mirror.mirror().dirtyFiles());
                byte[] stored = new byte[Integer.toString(i).length()];
                mirror.objects.get(chunks("f").get(0).key(), ByteBuffer.wrap(stored));
                assertEquals(Integer.toString(i), Paths.text(stored));
            }
        }
    }

    @Test
    void shouldCleanWhatAnotherMirrorTookWithIt() throws Exception {
        program.write("sent", "s");
        mirror.start();
        mirror.drain();
        program.write("lost", "l");
        Path away = directory.resolve("away");
        mirror.kill(() -> {
            Files.move(mirror.root, away);
            Files.createDirectory(mirror.root);
        });
        mirror.start();
        mirror.drain();
        assertEquals("s", program.text("sent"));
        assertEquals(1, program.stat("lost").nlink());
    }

    /** Runs something and returns what was logged meanwhile; simple loggers write to the standard error stream. */
    private static String logged(Runnable work) {
        PrintStream before = System.err;
        ByteArrayOutputStream caught = new ByteArrayOutputStream();
        System.setErr(new PrintStream(caught, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return caught.toString(StandardCharsets.UTF_8);
    }
}
