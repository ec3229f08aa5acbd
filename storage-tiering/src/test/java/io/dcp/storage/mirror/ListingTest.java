package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ListingTest extends MirrorTestBase {
    private static final int MANY = 100_000;

    @Test
    void shouldGoOnWhereItWasWhileEntriesComeAndGo() {
        Set<String> stay = new TreeSet<>();
        program.mkdir("d");
        for (int i = 0; i < 40; i++) {
            program.mknod("d/f" + i, Stat.S_IFREG | 0600);
            if (i % 4 != 0) {
                stay.add("f" + i);
            }
        }
        int fd = program.open("d", OpenFlags.O_RDONLY);
        List<String> seen = new ArrayList<>();
        long cookie = 0;
        for (int step = 0; ; step++) {
            Map<String, Program.Listed> part = Program.entries(program.readdir(fd, cookie, 100));
            if (part.isEmpty()) {
                break;
            }
            seen.addAll(part.keySet());
            cookie = part.values().stream()
                    .mapToLong(Program.Listed::cookie)
                    .max()
                    .orElseThrow();
            if (step < 10) {
                program.unlink("d/f" + 4 * step);
                program.mknod("d/new" + step, Stat.S_IFREG | 0600);
                program.mknod("d/over", Stat.S_IFREG | 0600);
                // Put in the place of another name, which stays where it was in the listing.
                program.rename("d/over", "d/f1");
            }
        }
        program.close(fd);
        assertEquals(seen.size(), new TreeSet<>(seen).size(), () -> "listed twice: " + seen);
        assertTrue(seen.containsAll(stay), () -> "missed: " + seen);
    }

    @Test
    void shouldFillBuffersExactlyAndRefuseThoseThatHoldNothing() {
        program.mkdir("d");
        program.mknod("d/12345", Stat.S_IFREG | 0600);
        int fd = program.open("d", OpenFlags.O_RDONLY);
        assertEquals(Errno.EINVAL, program.readdir(fd, 0, 23).errno());
        assertEquals(Errno.EINVAL, program.readdir(fd, 0, -1).errno());
        assertEquals(Set.of("."), Program.entries(program.readdir(fd, 0, 24)).keySet());
        assertEquals(
                Set.of(".", ".."), Program.entries(program.readdir(fd, 0, 48)).keySet());
        assertEquals(3, Program.entries(program.readdir(fd, 0, 48 + 32)).size());
        long last = Program.entries(program.readdir(fd, 2, 1000)).get("12345").cookie();
        Reply end = program.readdir(fd, last, 1000);
        assertEquals(0, end.errno());
        assertEquals(0, end.payload().length);
        program.close(fd);
    }

    @Test
    void shouldListOnlyWhatIsOpenForReading() {
        program.mkdir("d");
        program.write("f", "x");
        int path = program.open("d", OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        assertEquals(Errno.EBADF, program.readdir(path, 0, 1000).errno());
        program.close(path);
        int file = program.open("f", OpenFlags.O_RDONLY);
        assertEquals(Errno.ENOTDIR, program.readdir(file, 0, 1000).errno());
        program.close(file);
        assertEquals(Errno.EBADF, program.readdir(12345, 0, 1000).errno());
        assertEquals(Errno.EBADF, program.readdir(Stat.AT_FDCWD, 0, 1000).errno());
        int gone = program.open("d", OpenFlags.O_RDONLY);
        program.rmdir("d");
        assertEquals(Errno.ENOENT, program.readdir(gone, 0, 1000).errno());
        program.close(gone);
    }

    @Test
    void shouldTakeInWhatWasMadeAndRemovedNatively() throws Exception {
        Path top = mirror.root;
        program.mkdir("d");
        program.write("d/old", "x");
        assertEquals(Set.of("old"), program.list("d").keySet());
        Files.writeString(top.resolve("d/native"), "n");
        // A change of ours in the same directory must not hide the other one.
        program.write("d/own", "o");
        assertEquals(Set.of("old", "native", "own"), program.list("d").keySet());
        Files.delete(top.resolve("d/old"));
        Files.createDirectories(top.resolve("d/x/y/z"));
        Files.createLink(top.resolve("d/second"), top.resolve("d/native"));
        program.unlink("d/own");
        assertEquals(Set.of("native", "second", "x"), program.list("d").keySet());
        assertEquals(2, program.stat("d/second").nlink());
        assertEquals(program.stat("d/native").ino(), program.stat("d/second").ino());
        assertEquals(Set.of("y"), program.list("d/x").keySet());
        assertEquals(3, program.stat("d/x").nlink());
        // Removed with everything in it, some of which the namespace has and some it has not.
        Files.delete(top.resolve("d/x/y/z"));
        Files.delete(top.resolve("d/x/y"));
        Files.delete(top.resolve("d/x"));
        assertEquals(Set.of("native", "second"), program.list("d").keySet());
    }

    @Test
    void shouldHaveEverythingNativeAfterTheMirrorWasEmptied() throws Exception {
        Files.createDirectories(mirror.root.resolve("a/b/c"));
        Files.writeString(mirror.root.resolve("a/b/c/deep"), "deep");
        program.write("f", "old");
        mirror.start();
        mirror.drain();
        Files.writeString(mirror.root.resolve("f"), "newer");
        mirror.restart();
        mirror.restartCold();
        assertEquals("deep", program.text("a/b/c/deep"));
        assertEquals("newer", program.text("f"));
    }

    @Test
    void shouldRemoveADirectoryWhoseEntriesWereRemovedNatively() throws Exception {
        program.mkdir("d");
        program.mkdir("d/e");
        program.write("d/e/f", "x");
        Files.delete(mirror.root.resolve("d/e/f"));
        assertEquals(0, program.rmdir("d/e"));
        assertEquals(2, program.stat("d").nlink());
        mirror.check();
    }

    @Test
    void shouldListManyEntries() {
        Kernel kernel = Kernel.system();
        program.mkdir("d");
        for (int i = 0; i < MANY; i++) {
            // Natively, which is faster; they are taken in by the first listing.
            kernel.mknodat(Stat.AT_FDCWD, program.absolute("d/name-of-entry-" + i), Stat.S_IFREG | 0600, 0);
        }
        Map<String, Program.Listed> all = program.list("d");
        assertEquals(MANY, all.size());
        assertEquals(
                MANY, all.values().stream().map(Program.Listed::ino).distinct().count());
        assertEquals(0, program.write("d/one more", "x"));
        assertEquals(
                all.get("name-of-entry-7").ino(),
                program.stat("d/name-of-entry-7").ino());
        assertEquals(0, program.unlink("d/name-of-entry-7"));
        Map<String, Program.Listed> after = program.list("d", 73_728);
        assertEquals(MANY, after.size());
        assertNotEquals(null, after.get("one more"));
    }
}
