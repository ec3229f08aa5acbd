package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Moment;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mirror was emptied: nothing that programs see of a file may change by that. */
class MirrorColdTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();

    private static Moment ctime(Attributes attributes) {
        return new Moment(attributes.ctimeSec(), attributes.ctimeNs());
    }

    private static Moment mtime(Attributes attributes) {
        return new Moment(attributes.mtimeSec(), attributes.mtimeNs());
    }

    private String xattr(String path) {
        byte[] value = new byte[64];
        long length = kernel.getxattr(program.absolute(path), Paths.bytes("user.x"), value);
        return length < 0 ? null : Paths.text(value).substring(0, (int) length);
    }

    @Test
    void shouldKeepEveryAttributeWhateverHappensToAgentAndMirror() throws Exception {
        program.mkdir("d");
        program.mkdir("d/e");
        program.write("d/f", "contents");
        program.link("d/f", "d/e/g");
        program.chmod("d/f", 04751);
        program.chown("d/f", 12, 34);
        program.chmod("d/f", 04751);
        program.symlink("f", "d/link");
        program.mknod("fifo", Stat.S_IFIFO | 0600);
        program.setMtime("d/f", -5, 7);
        program.setMtime("d/e", 77, 8);
        program.setxattr("d/f", "user.x", "y");
        program.chmod("d", 01777);
        Map<String, String> before = program.attributes();
        mirror.restart();
        assertEquals(before, program.attributes());
        mirror.kill();
        assertEquals(before, program.attributes());
        mirror.restartCold();
        assertEquals(before, program.attributes());
        mirror.start();
        assertEquals("contents", program.text("d/e/g"));
        assertEquals(before, program.attributes());
        assertEquals("y", xattr("d/f"));
        assertEquals(0, program.rename("d/f", "moved"));
        assertTrue(
                program.attributes().get("moved").startsWith(before.get("d/f").split(" ", -1)[0] + " "));
    }

    /** A kill came between the kernel's change and its record; then something else happened to the file. */
    @ParameterizedTest
    @ValueSource(strings = {"nothing", "rename", "link", "unlink", "truncate", "empty", "write-back"})
    void shouldKeepAnAttributeThatAKillLeftUnrecorded(String next) throws Exception {
        mirror.start();
        program.write("f", "contents");
        program.link("f", "g");
        mirror.drain();
        kernel.setxattr(program.absolute("f"), Paths.bytes("user.x"), Paths.bytes("y"), 0);
        switch (next) {
            case "rename" -> assertEquals(0, program.rename("f", "h"));
            case "link" -> assertEquals(0, program.link("f", "h"));
            case "unlink" -> assertEquals(0, program.unlink("f"));
            case "truncate" -> assertEquals(0, program.truncate("f", 3));
            case "empty" -> assertEquals(0, program.write("f", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, 0, new byte[1]));
            case "write-back" -> {
                assertEquals(0, program.write("f", OpenFlags.O_WRONLY, 0, Paths.bytes("C")));
                mirror.drain();
            }
            default -> {}
        }
        mirror.restartCold();
        program.read("g");
        assertEquals("y", xattr("g"));
    }

    /** Likewise, of a directory. */
    @ParameterizedTest
    @ValueSource(strings = {"nothing", "create", "list", "chmod", "move", "kill"})
    void shouldKeepWhatAKillLeftUnrecordedOfADirectory(String next) throws Exception {
        mirror.start();
        program.mkdir("d");
        program.write("d/f", "contents");
        mirror.drain();
        kernel.setxattr(program.absolute("d"), Paths.bytes("user.x"), Paths.bytes("y"), 0);
        kernel.fchownat(Stat.AT_FDCWD, program.absolute("d"), 12, 34, 0);
        switch (next) {
            case "create" -> program.write("d/g", "more");
            case "list" -> program.list("d");
            case "chmod" -> assertEquals(0, program.chmod("d", 0701));
            case "move" -> assertEquals(0, program.rename("d", "e"));
            case "kill" -> mirror.kill();
            default -> {}
        }
        mirror.restartCold();
        String name = "move".equals(next) ? "e" : "d";
        assertEquals(12, program.stat(name).uid());
        assertEquals("y", xattr(name));
    }

    @Test
    void shouldKeepTheTimesOfAColdDirectoryWhoseModeChanges() throws Exception {
        program.mkdir("d");
        program.write("d/f", "x");
        program.setMtime("d", 1000, 5);
        mirror.restartCold();
        program.stat("d/f");
        assertEquals(0, program.chmod("d", 0700));
        assertEquals(new Moment(1000, 5), mtime(program.stat("d")));
        mirror.kill();
        assertEquals(new Moment(1000, 5), mtime(program.stat("d")));
    }

    @Test
    void shouldCountNamesThatAreNotOnTheMirror() throws Exception {
        program.mkdir("d");
        program.write("a", "contents");
        program.link("a", "d/b");
        long ino = program.stat("a").ino();
        mirror.restartCold();
        assertEquals(2, program.stat("a").nlink());
        assertEquals(ino, program.stat("d/b").ino());
        assertEquals(program.stat("a"), program.stat("d/b"));
    }

    @Test
    void shouldKeepAFileWhoseLastNameOnTheMirrorGoes() throws Exception {
        program.mkdir("d");
        program.write("a", "contents");
        program.link("a", "d/b");
        program.write("c", "C");
        program.link("c", "d/e");
        long ino = program.stat("a").ino();
        mirror.restartCold();
        // Newer than the object store, and the mirror file has one name only.
        assertEquals(0, program.write("a", OpenFlags.O_WRONLY, 0, Paths.bytes("CON")));
        assertEquals(0, program.unlink("a"));
        assertEquals("CONtents", program.text("d/b"));
        assertEquals(ino, program.stat("d/b").ino());
        assertEquals(1, program.stat("d/b").nlink());
        assertEquals(0, program.rename("d/b", "c"));
        assertEquals("C", program.text("d/e"));
        assertEquals(1, program.stat("d/e").nlink());
    }

    @Test
    void shouldRefuseWhatLostItsNameBeforeItsContentsWereAskedFor() throws Exception {
        program.write("removed", "contents");
        program.write("empty", "");
        program.write("covered", "contents");
        program.write("read", "contents");
        mirror.restartCold();
        String[] names = {"removed", "covered", "empty", "read"};
        int[] found = new int[names.length];
        for (int i = 0; i < names.length; i++) {
            found[i] = program.open(names[i], OpenFlags.O_PATH);
        }
        assertEquals("contents", program.text("read"));
        assertEquals(0, program.unlink("removed"));
        assertEquals(0, program.unlink("empty"));
        assertEquals(0, program.rename("read", "covered"));
        assertEquals(0, program.unlink("covered"));
        assertEquals(-Errno.ESTALE, program.open("/proc/self/fd/" + found[0], OpenFlags.O_RDONLY));
        assertEquals(-Errno.ESTALE, program.open("/proc/self/fd/" + found[1], OpenFlags.O_RDWR));
        assertEquals(Errno.ESTALE, program.truncate("/proc/self/fd/" + found[0], 3));
        assertEquals("", program.text("/proc/self/fd/" + found[2]));
        assertEquals("contents", program.text("/proc/self/fd/" + found[3]));
        mirror.kill();
        assertEquals(-Errno.ESTALE, program.open("/proc/self/fd/" + found[0], OpenFlags.O_RDONLY));
        assertEquals("contents", program.text("/proc/self/fd/" + found[3]));
        for (int fd : found) {
            program.close(fd);
        }
    }

    @Test
    void shouldFindAFileAgainWhoseNameOnTheMirrorWasRemovedNatively() throws Exception {
        program.mkdir("d");
        program.write("a", "contents");
        program.link("a", "d/b");
        mirror.restartCold();
        program.read("a");
        Files.delete(mirror.root.resolve("a"));
        assertEquals(0, program.list("").size() - 1);
        assertEquals("contents", program.text("d/b"));
        assertEquals(1, program.stat("d/b").nlink());
    }

    @Test
    void shouldShowRecordedAttributesWhileContentsAreBrought() throws Exception {
        program.write("f", new byte[3 * MirrorFixture.CHUNK_BYTES]);
        program.write("f", OpenFlags.O_WRONLY, MirrorFixture.CHUNK_BYTES, Paths.bytes("not a hole"));
        program.setMtime("f", 1000, 0);
        mirror.restartCold();
        Attributes before = program.stat("f");
        mirror.objects.hold();
        CompletableFuture<io.dcp.ipc.channel.Reply> reading = program.sendOpen("f", OpenFlags.O_RDONLY, 20_000);
        mirror.objects.awaitWaiting(1);
        Program other = mirror.program();
        Attributes meanwhile = other.stat("f");
        assertEquals(before.sizeBytes(), meanwhile.sizeBytes());
        assertEquals(mtime(before), mtime(meanwhile));
        assertEquals(ctime(before), ctime(meanwhile));
        assertEquals(0, other.chmod("f", 0600));
        mirror.objects.letGo();
        program.close(MirrorFixture.await(reading).descriptor());
        assertEquals(0100600, program.stat("f").mode());
        assertNotEquals(ctime(before), ctime(program.stat("f")));
        Map<String, String> all = program.attributes();
        mirror.restartCold();
        assertEquals(all, program.attributes());
    }
}
