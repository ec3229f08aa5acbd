package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class NameCallsTest extends MirrorTestBase {
    private Inode recorded(String name) throws Exception {
        Namespace namespace = mirror.namespace();
        Entry entry = namespace.entry(Namespace.ROOT, Paths.bytes(name));
        return entry == null ? null : namespace.inode(entry.ino());
    }

    @Test
    void shouldMakeADirectoryOnTheMirrorAndInTheNamespace() throws Exception {
        Attributes before = program.stat(".");
        assertEquals(0, program.mkdir("d"));
        assertTrue(Files.isDirectory(mirror.root.resolve("d")));
        assertEquals(040755, recorded("d").mode());
        assertEquals(2, recorded("d").nlink());
        Attributes after = program.stat(".");
        assertEquals(before.nlink() + 1, after.nlink());
        Attributes made = program.stat("d");
        assertEquals(made.btimeSec(), after.mtimeSec());
        assertEquals(recorded("d").ino(), made.ino());
        assertEquals(Errno.EEXIST, program.mkdir("d"));
        assertEquals(Errno.ENOENT, program.mkdir("none/d"));
    }

    @Test
    void shouldTakeTrailingSlashesAndDotsAsTheKernelDoes() {
        assertEquals(0, program.mkdir("d///"));
        assertEquals(0, program.write("f", "x"));
        assertEquals(Errno.ENOTDIR, program.unlink("f/"));
        assertEquals(Errno.EINVAL, program.rmdir("d/."));
        assertEquals(Errno.EEXIST, program.mkdir("."));
        assertEquals(Errno.EISDIR, -program.open("new/", OpenFlags.O_RDWR | OpenFlags.O_CREAT));
        assertEquals(0, program.rename("d/", "e/"));
        assertEquals(0, program.rmdir("e/"));
    }

    @Test
    void shouldMakeSpecialFilesAndLinks() throws Exception {
        assertEquals(0, program.mknod("fifo", Stat.S_IFIFO | 0666));
        assertEquals(Stat.S_IFIFO | 0644, recorded("fifo").mode());
        assertEquals(0, program.symlink("to where\u00ff", "link"));
        assertEquals("to where\u00ff", Paths.text(recorded("link").target()));
        assertEquals(0, program.mknod("socket", Stat.S_IFSOCK | 0600));
        mirror.restartCold();
        assertEquals(Stat.S_IFSOCK | 0600, program.stat("socket").mode());
        byte[] target = new byte[64];
        program.stat("link");
        assertEquals(9, Kernel.system().readlinkat(Stat.AT_FDCWD, program.absolute("link"), target));
    }

    @Test
    void shouldKeepNamesOfAnyBytes() throws Exception {
        StringBuilder all = new StringBuilder();
        for (char c = 1; c < 256; c++) {
            all.append(c == '/' ? '_' : c);
        }
        String longest = all.toString();
        assertEquals(255, longest.length());
        assertEquals(0, program.write(longest, "x"));
        assertEquals(0, program.mkdir("\u00c3("));
        assertEquals(Errno.ENAMETOOLONG, program.mkdir(longest + "x"));
        assertEquals(Set.of(longest, "\u00c3("), program.list("").keySet());
        mirror.restartCold();
        assertEquals(Set.of(longest, "\u00c3("), program.list("").keySet());
        assertEquals("x", program.text(longest));
        assertEquals(0, program.rename(longest, "\u0001"));
        assertEquals(0, program.unlink("\u0001"));
    }

    @Test
    void shouldCountHardLinks() throws Exception {
        assertEquals(0, program.write("a", "x"));
        assertEquals(0, program.mkdir("d"));
        assertEquals(0, program.link("a", "d/b"));
        assertEquals(program.stat("a"), program.stat("d/b"));
        assertEquals(2, recorded("a").nlink());
        assertEquals(2, mirror.namespace().names(recorded("a").ino()).size());
        Attributes two = program.stat("d/b");
        assertEquals(0, program.unlink("a"));
        Attributes one = program.stat("d/b");
        assertEquals(1, one.nlink());
        assertEquals(two.ino(), one.ino());
        assertNotEquals(two.ctimeSec() + "." + two.ctimeNs(), one.ctimeSec() + "." + one.ctimeNs());
        assertNull(recorded("a"));
        assertEquals(0, program.rename("d/b", "d/b"));
        assertEquals(0, program.unlink("d/b"));
        assertNull(mirror.namespace().inode(one.ino()));
        assertEquals(Errno.EPERM, program.link("d", "e"));
    }

    @Test
    void shouldRenameOverFilesAndEmptyDirectories() throws Exception {
        program.write("a", "A");
        program.write("b", "B");
        long moved = program.stat("a").ino();
        long replaced = program.stat("b").ino();
        assertEquals(0, program.rename("a", "b"));
        assertEquals("A", program.text("b"));
        assertEquals(moved, program.stat("b").ino());
        assertNull(mirror.namespace().inode(replaced));
        assertEquals(Errno.ENOENT, program.statReply("a").errno());
        program.mkdir("d");
        program.mkdir("e");
        program.write("e/x", "x");
        assertEquals(Errno.ENOTEMPTY, program.rename("d", "e"));
        assertEquals(Errno.EISDIR, program.rename("b", "e"));
        assertEquals(Errno.ENOTDIR, program.rename("d", "b"));
        assertEquals(0, program.rename("e", "d"));
        assertEquals("x", program.text("d/x"));
        assertEquals(3, program.stat(".").nlink());
    }

    @Test
    void shouldRenameWithFlags() throws Exception {
        program.mkdir("d");
        program.mkdir("d/e");
        program.write("d/e/f", "x");
        program.write("a", "A");
        assertEquals(Errno.EEXIST, program.rename("a", "d", Stat.RENAME_NOREPLACE));
        assertEquals(0, program.rename("a", "b", Stat.RENAME_NOREPLACE));
        assertEquals(0, program.rename("b", "d/e", Stat.RENAME_EXCHANGE));
        assertEquals("x", program.text("b/f"));
        assertEquals("A", program.text("d/e"));
        assertEquals(2, program.stat("d").nlink());
        assertEquals(4, program.stat(".").nlink());
    }

    @Test
    void shouldMoveDirectories() throws Exception {
        program.mkdir("a");
        program.mkdir("a/b");
        program.mkdir("c");
        program.write("a/b/f", "x");
        long ino = program.stat("a/b/f").ino();
        assertEquals(Errno.EINVAL, program.rename("a", "a/b/inside"));
        assertEquals(0, program.rename("a/b", "c/d"));
        assertEquals(2, program.stat("a").nlink());
        assertEquals(3, program.stat("c").nlink());
        assertEquals(ino, program.stat("c/d/f").ino());
        int fd = program.open("c/d", OpenFlags.O_RDONLY);
        assertEquals(
                program.stat("c").ino(),
                Program.entries(program.readdir(fd, 0, 1000)).get("..").ino());
        program.close(fd);
    }

    @Test
    void shouldRemoveOnlyEmptyDirectories() throws Exception {
        program.mkdir("d");
        program.write("d/f", "x");
        assertEquals(Errno.ENOTEMPTY, program.rmdir("d"));
        assertEquals(Errno.EISDIR, program.unlink("d"));
        mirror.restartCold();
        assertEquals(Errno.ENOTEMPTY, program.rmdir("d"));
        mirror.restartCold();
        program.mkdir("e");
        assertEquals(Errno.ENOTEMPTY, program.rename("e", "d"));
        assertEquals("x", program.text("d/f"));
        assertEquals(0, program.unlink("d/f"));
        assertEquals(0, program.rmdir("d"));
    }

    @Test
    void shouldKnowAFileThatIsOpenAfterItsLastNameWentAway() {
        program.write("f", "x");
        int fd = program.open("f", OpenFlags.O_RDWR);
        Attributes before = program.fstat(fd);
        assertEquals(0, program.unlink("f"));
        Attributes after = program.fstat(fd);
        assertEquals(before.ino(), after.ino());
        assertEquals(before.dev(), after.dev());
        assertEquals(0, after.nlink());
        assertEquals(0, program.write("f", "another"));
        assertNotEquals(before.ino(), program.stat("f").ino());
        program.close(fd);
    }

    @Test
    void shouldGiveANameToAnUnnamedFile() throws Exception {
        int fd = program.open(".", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR);
        assertTrue(fd >= 0);
        Kernel.system().pwrite(fd, Paths.bytes("later"), 0, 5, 0);
        Kernel.system().fsetxattr(fd, Paths.bytes("user.x"), Paths.bytes("y"), 0);
        long ino = program.fstat(fd).ino();
        assertEquals(0, program.fstat(fd).nlink());
        assertEquals(0, program.linkDescriptor(fd, "f"));
        assertEquals(ino, program.stat("f").ino());
        assertEquals(1, program.stat("f").nlink());
        program.close(fd);
        mirror.restartCold();
        assertEquals("later", program.text("f"));
        byte[] value = new byte[8];
        assertEquals(1, Kernel.system().getxattr(program.absolute("f"), Paths.bytes("user.x"), value));
    }

    @Test
    void shouldMakeTheFileToWhichALinkPoints() {
        program.mkdir("d");
        program.symlink("d/target", "link");
        assertEquals(0, program.write("link", "x"));
        assertEquals("x", program.text("d/target"));
        assertEquals(Errno.EEXIST, -program.open("link", OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL));
        assertEquals(Errno.ELOOP, -program.open("link", OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW));
        program.symlink("loop", "loop");
        assertEquals(Errno.ELOOP, -program.open("loop", OpenFlags.O_RDWR | OpenFlags.O_CREAT));
    }

    @Test
    void shouldTakeInWhatTheProgramMadeNatively() throws Exception {
        Files.writeString(mirror.root.resolve("native"), "x");
        assertNull(recorded("native"));
        assertEquals(0, program.adopt("native"));
        assertFalse(recorded("native").isDirectory());
    }

    @Test
    void shouldTakeBackWhatTheDiskHadNoRoomToRecord() throws Exception {
        program.mkdir("before");
        program.write("file", "x");
        List<Callable<Integer>> failing = List.of(
                () -> program.mkdir("d"),
                () -> program.symlink("target", "s"),
                () -> program.link("file", "hard"),
                () -> program.write("f", "x"),
                () -> -program.open("f", OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL));
        for (Callable<Integer> each : failing) {
            mirror.store().refuse(1);
            assertEquals(Errno.ENOSPC, each.call());
            assertEquals(Set.of("before", "file"), program.list("").keySet());
        }
        mirror.kill();
        assertEquals(Set.of("before", "file"), program.list("").keySet());
        assertEquals(Set.of("before", "file"), Set.of(mirror.root.toFile().list()));
        assertEquals(0, program.mkdir("d"));
        assertEquals(0, program.write("f", "x"));
    }

    @Test
    void shouldRecordLaterWhatCannotBeTakenBack() throws Exception {
        program.mkdir("before");
        mirror.store().refuse(1);
        assertEquals(Errno.ENOSPC, program.rename("before", "after"));
        assertEquals(Set.of("after"), program.list("").keySet());
        assertEquals(0, program.write("f", "x"));
        mirror.start();
        mirror.drain();
        mirror.store().refuse(1);
        assertEquals(Errno.ENOSPC, -program.open("f", OpenFlags.O_WRONLY));
        mirror.kill();
        assertEquals(0, program.write("f", "x"));
        assertEquals(Set.of("after", "f"), program.list("").keySet());
    }
}
