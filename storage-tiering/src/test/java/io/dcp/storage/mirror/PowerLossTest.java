package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Loss of power: the journal is as far as it was synced, the mirror as far or farther. What was not synced on the mirror is
 * played by changing it.
 */
class PowerLossTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();

    private byte[] path(String name) {
        return Paths.bytes(mirror.root + "/" + name);
    }

    private void sync() throws Exception {
        mirror.store().sync();
    }

    private void losePower() throws Exception {
        mirror.losePower(() -> {});
        mirror.check();
    }

    @Test
    void shouldKeepWhatWasSynced() throws Exception {
        program.mkdir("d");
        program.write("d/f", "x");
        program.symlink("f", "d/l");
        Map<String, String> before = program.attributes();
        sync();
        assertEquals(0, mirror.stepsOfStart());
        losePower();
        assertEquals(before, program.attributes());
        assertEquals("x", program.text("d/f"));
        assertEquals(5, mirror.stepsOfStart(), "two directories with three names");
    }

    @Test
    void shouldTakeInWhatOnlyTheMirrorKnows() throws Exception {
        program.mkdir("d");
        program.write("d/old", "old");
        sync();
        long ino = program.stat("d/old").ino();
        program.rename("d/old", "moved");
        program.mkdir("d/e");
        program.write("d/e/new", "new");
        program.link("moved", "d/e/linked");
        program.chmod("d", 0700);
        losePower();
        assertEquals(Set.of("d", "moved"), program.list("").keySet());
        assertEquals(Set.of("e"), program.list("d").keySet());
        assertEquals(Set.of("new", "linked"), program.list("d/e").keySet());
        assertEquals("new", program.text("d/e/new"));
        assertEquals(ino, program.stat("moved").ino());
        assertEquals(ino, program.stat("d/e/linked").ino());
        assertEquals(2, program.stat("moved").nlink());
        assertEquals(0700, program.stat("d").mode() & 07777);
    }

    @Test
    void shouldTakeInRemovals() throws Exception {
        program.mkdir("d");
        program.write("d/f", "x");
        program.write("g", "x");
        sync();
        program.unlink("d/f");
        program.rmdir("d");
        losePower();
        assertEquals(Set.of("g"), program.list("").keySet());
        assertEquals(Errno.ENOENT, program.statReply("d").errno());
    }

    @Test
    void shouldKnowWhatExchangedItsPlaces() throws Exception {
        program.mkdir("a");
        program.write("a/x", "in a");
        program.write("f", "F");
        program.write("g", "G");
        sync();
        long a = program.stat("a").ino();
        long f = program.stat("f").ino();
        long g = program.stat("g").ino();
        program.rename("f", "f2");
        program.rename("g", "f");
        program.rename("a", "g");
        program.rename("f2", "a");
        losePower();
        assertEquals(f, program.stat("a").ino());
        assertEquals(g, program.stat("f").ino());
        assertEquals(a, program.stat("g").ino());
        assertEquals("in a", program.text("g/x"));
        assertEquals(3, program.list("").size());
    }

    @Test
    void shouldKeepChunksOfAFileThatWasMovedIntoANewDirectory() throws Exception {
        program.write("f", "only in the object store");
        mirror.restartCold();
        assertEquals(24, program.stat("f").sizeBytes());
        sync();
        program.mkdir("d");
        program.mkdir("d/e");
        program.rename("f", "d/e/f");
        losePower();
        assertEquals("only in the object store", program.text("d/e/f"));
        assertEquals(Set.of("d"), program.list("").keySet());
    }

    @Test
    void shouldReplaceADirectoryByANewOne() throws Exception {
        program.write("f", "kept");
        program.mkdir("d");
        sync();
        long ino = program.stat("f").ino();
        program.mkdir("n");
        program.rename("f", "n/f");
        program.rename("n", "d");
        losePower();
        assertEquals(ino, program.stat("d/f").ino());
        assertEquals(Set.of("d"), program.list("").keySet());
    }

    @Test
    void shouldFetchAgainWhatWasFetchedAndIsNotOnTheDisk() throws Exception {
        program.write("f", "contents");
        mirror.restartCold();
        assertEquals("contents", program.text("f"));
        assertTrue(mirror.namespace().inode(program.stat("f").ino()).fetched());
        sync();
        mirror.losePower(() -> {
            kernel.truncate(path("f"), 0);
            kernel.truncate(path("f"), 8);
        });
        assertEquals("contents", program.text("f"));
        assertTrue(mirror.mirror().isCold());
        assertEquals(0, mirror.mirror().dirtyFiles());
    }

    @Test
    void shouldHaveFetchedContentsOnTheDiskBeforeAProgramMayChangeThem() throws Exception {
        program.write("f", "contents");
        program.write("g", "contents");
        mirror.restartCold();
        assertEquals("contents", program.text("f"));
        int fd = program.open("f", OpenFlags.O_WRONLY);
        assertEquals(1, kernel.pwrite(fd, new byte[] {'X'}, 0, 1, 0));
        program.close(fd);
        assertEquals("contents", program.text("g"));
        assertEquals(0, program.truncate("g", 3));
        losePower();
        assertEquals("Xontents", program.text("f"));
        assertEquals("con", program.text("g"));
        assertEquals(2, mirror.mirror().dirtyFiles());
    }

    @Test
    void shouldNotPutTheOldOverTheNew() throws Exception {
        program.write("f", "old");
        mirror.start();
        mirror.drain();
        sync();
        mirror.kill();
        // The mark that it may be newer is not on the disk, the new contents are.
        program.write("f", "newer");
        losePower();
        assertEquals("newer", program.text("f"));
        assertEquals(1, mirror.mirror().dirtyFiles());
        mirror.restartCold();
        assertEquals("newer", program.text("f"));
    }

    @Test
    void shouldBelieveCleanContentsWithoutFetching() throws Exception {
        program.write("f", "contents");
        mirror.start();
        mirror.drain();
        sync();
        losePower();
        mirror.objects.goDown();
        assertEquals("contents", program.text("f"));
        mirror.objects.comeBack();
    }

    @Test
    void shouldNotCompareAfterAnOrderlyEnd() throws Exception {
        program.write("f", "x");
        mirror.restart();
        assertTrue(mirror.namespace().mirrorUse().inUse());
        long ino = program.stat("f").ino();
        losePower();
        assertEquals("x", program.text("f"));
        assertEquals(ino, program.stat("f").ino());
    }

    @Test
    void shouldForgetNotesOfChangesUnderWay() throws Exception {
        program.write("f", "x");
        sync();
        mirror.losePower(() -> {
            IntentSlots intents = new IntentSlots(mirror.intents());
            intents.arm(1, 1, new io.dcp.storage.namespace.Name(2, Paths.bytes("nothing")), null, false);
        });
        assertTrue(new IntentSlots(mirror.intents()).left().isEmpty());
        mirror.check();
    }

    @Test
    void shouldTakeInNamesOfAnyBytesAndDepth() throws Exception {
        program.mkdir("d");
        sync();
        byte[] odd = {'o', (byte) 0xff, '\n'};
        mirror.losePower(() -> {
            int fd = kernel.openat(Stat.AT_FDCWD, path("d"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
            for (int i = 1; i < 1500; i++) {
                assertEquals(0, kernel.mkdirat(fd, Paths.bytes("d"), 0755));
                int next = kernel.openat(fd, Paths.bytes("d"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0);
                kernel.close(fd);
                fd = next;
            }
            assertEquals(0, kernel.mkdirat(fd, odd, 0755));
            kernel.close(fd);
        });
        mirror.check();
        long at = 2;
        for (int i = 0; i < 1500; i++) {
            at = mirror.namespace().entry(at, Paths.bytes("d")).ino();
        }
        assertNotEquals(null, mirror.namespace().entry(at, odd));
        mirror.start();
        mirror.drain();
        mirror.mirror().dropCache();
        assertEquals(0, mirror.root.toFile().list().length);
    }
}
