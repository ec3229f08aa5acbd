package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent is killed between the kernel's change and its record, or before the kernel's change. */
class MirrorRecoveryTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();
    private final int at = Stat.AT_FDCWD;

    private static Name name(String name) {
        return new Name(Namespace.ROOT, Paths.bytes(name));
    }

    private byte[] path(String name) {
        return program.absolute(name);
    }

    /** Dies while a program's next call is under way. */
    private void killWithin(Name first, Name second, boolean made, IntSupplier systemCall) throws IOException {
        long request = program.nextRequestId();
        mirror.kill(() -> {
            new IntentSlots(mirror.intents()).arm(program.caller.session(), request, first, second, false);
            if (made) {
                int done = systemCall.getAsInt();
                assertEquals(true, done >= 0, () -> "the test's own call: " + Errno.name(-done));
            }
        });
        mirror.check();
        Sessions sessions = new Sessions(mirror.namespace());
        assertEquals(made, sessions.isCompleted(program.caller.session(), request));
        assertEquals(0, new IntentSlots(mirror.intents()).left().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishACreate(boolean made) throws Exception {
        killWithin(name("f"), null, made, () -> kernel.mknodat(at, path("f"), Stat.S_IFREG | 0644, 0));
        assertEquals(made ? Set.of("f") : Set.of(), program.list("").keySet());
        assertEquals(made ? 1 : 0, mirror.mirror().dirtyFiles());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishAMkdir(boolean made) throws Exception {
        killWithin(name("d"), null, made, () -> kernel.mkdirat(at, path("d"), 0755));
        assertEquals(made ? 3 : 2, program.stat(".").nlink());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishAnUnlink(boolean made) throws Exception {
        program.write("f", "x");
        long ino = program.stat("f").ino();
        killWithin(name("f"), null, made, () -> kernel.unlinkat(at, path("f"), 0));
        assertEquals(made, mirror.namespace().inode(ino) == null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishARename(boolean made) throws Exception {
        program.write("a", "A");
        program.write("b", "B");
        long ino = program.stat("a").ino();
        killWithin(name("a"), name("b"), made, () -> kernel.renameat2(at, path("a"), at, path("b"), 0));
        assertEquals(ino, program.stat(made ? "b" : "a").ino());
        assertEquals(made ? "A" : "B", program.text("b"));
        assertEquals(made ? 1 : 2, program.list("").size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishAnExchange(boolean made) throws Exception {
        program.mkdir("d");
        program.mkdir("d/e");
        program.write("f", "F");
        Map<String, String> before = program.everything();
        killWithin(
                name("d"), name("f"), made, () -> kernel.renameat2(at, path("d"), at, path("f"), Stat.RENAME_EXCHANGE));
        assertEquals(before.get("d/e"), program.everything().get(made ? "f/e" : "d/e"));
        assertEquals("F", program.text(made ? "d" : "f"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFinishALink(boolean made) throws Exception {
        program.write("a", "A");
        killWithin(name("b"), null, made, () -> kernel.linkat(at, path("a"), at, path("b"), 0));
        assertEquals(made ? 2 : 1, program.stat("a").nlink());
    }

    @Test
    void shouldFinishAChangeInADirectoryThatAnotherOneMoved() throws Exception {
        program.mkdir("d");
        program.mkdir("d/e");
        Name inside = new Name(program.stat("d/e").ino(), Paths.bytes("new"));
        mirror.kill(() -> {
            IntentSlots intents = new IntentSlots(mirror.intents());
            intents.arm(1000, 1, inside, null, false);
            intents.arm(1001, 1, name("d"), name("moved"), false);
            kernel.mkdirat(at, path("d/e/new"), 0755);
            kernel.renameat2(at, path("d"), at, path("moved"), 0);
            // Another one has the name by now.
            intents.arm(1002, 1, name("d"), null, false);
            kernel.mkdirat(at, path("d"), 0700);
        });
        mirror.check();
        assertEquals(3, program.stat("moved/e").nlink());
        assertEquals(2, program.stat("d").nlink());
        assertEquals(Set.of("new"), program.list("moved/e").keySet());
    }

    @Test
    void shouldDoAgainWhatWasNotMade() throws Exception {
        assertEquals(0, program.mkdir("d"));
        mirror.kill(() -> kernel.unlinkat(at, path("d"), Stat.AT_REMOVEDIR));
        // Completed is completed: somebody else has removed it since.
        assertEquals(0, program.again().errno());
        assertEquals(Errno.ENOENT, program.statReply("d").errno());
        assertEquals(Set.of(), program.list("").keySet());
    }

    @Test
    void shouldFinishEmptyingTheMirror() throws Exception {
        program.mkdir("d");
        program.write("d/a", "A");
        program.link("d/a", "b");
        mirror.start();
        mirror.drain();
        Map<String, String> before = program.attributes();
        Path kept = mirror.root.resolve("d/a");
        kernel.setxattr(path("d/a"), Paths.bytes("user.left"), Paths.bytes("over"), 0);
        mirror.mirror().drain(java.time.Duration.ofSeconds(10));
        Namespace dying = mirror.namespace();
        MirrorTree tree = new MirrorTree(kernel, dying, mirror.root);
        Recovery.replaced(dying, tree, true);
        tree.close();
        mirror.kill();
        assertEquals(false, Files.exists(kept));
        assertEquals(before.keySet(), program.attributes().keySet());
        assertEquals(
                before.get("b").split("ctime", -1)[0],
                program.attributes().get("b").split("ctime", -1)[0]);
        assertEquals("A", program.text("b"));
        mirror.restart();
        assertEquals("A", program.text("d/a"));
    }

    @Test
    void shouldMakeAgainWhatWasHalfPutOnTheMirror() throws Exception {
        program.mkdir("d");
        program.write("f", "contents");
        program.symlink("x", "link");
        Map<String, String> before = program.attributes();
        mirror.restartCold();
        mirror.kill(() -> {
            // As the materializer leaves them when it is killed.
            kernel.mkdirat(at, path("d"), 0700);
            kernel.mknodat(at, path("f"), Stat.S_IFREG | 0600, 0);
            kernel.truncate(path("f"), 8);
            kernel.symlinkat(Paths.bytes("x"), at, path("link"));
        });
        // Looked at by name, before a listing has found them.
        assertEquals(
                before.get("f").split(" ", -1)[0],
                Long.toString(program.stat("f").ino()));
        assertEquals("contents", program.text("f"));
        assertEquals(
                before.get("d").split(" ", -1)[0],
                Long.toString(program.stat("d").ino()));
        program.stat("link");
        assertEquals(before.keySet(), program.attributes().keySet());
    }

    @Test
    void shouldBringContentsAgainThatWereHalfBrought() throws Exception {
        program.write("f", "contents");
        program.setMtime("f", 1000, 0);
        mirror.restartCold();
        Map<String, String> before = program.attributes();
        mirror.kill(() -> {
            kernel.truncate(path("f"), 0);
            kernel.truncate(path("f"), 4);
        });
        assertEquals(before, program.attributes());
        assertEquals(0, program.chmod("f", 0600));
        assertEquals(8, program.stat("f").sizeBytes());
        assertEquals("contents", program.text("f"));
        assertEquals(1000, program.stat("f").mtimeSec());
    }

    @Test
    void shouldRefuseToForgetTheMirrorWhileSomethingIsDirty() {
        program.write("f", "x");
        assertThrows(IllegalStateException.class, () -> mirror.mirror().dropCache());
    }

    @Test
    void shouldGiveNewNumbersAfterAKill() throws Exception {
        program.write("f", "x");
        long ino = program.stat("f").ino();
        int unnamed = program.open(".", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR);
        program.close(unnamed);
        mirror.kill();
        program.write("g", "x");
        assertNotEquals(ino, program.stat("g").ino());
    }
}
