package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** A change whose answer was lost is asked again under the same number. */
class MirrorRetryTest extends MirrorTestBase {
    @Test
    void shouldMakeAChangeOnce() throws Exception {
        program.write("b", "B");
        program.mkdir("removed");
        List<IntSupplier> changes = List.of(
                () -> program.mkdir("d"),
                () -> program.write("a", "A"),
                () -> program.link("a", "linked"),
                () -> program.unlink("linked"),
                () -> program.rename("a", "b"),
                () -> program.rmdir("removed"),
                () -> program.symlink("x", "link"));
        for (IntSupplier change : changes) {
            assertEquals(0, change.getAsInt());
            if (program.isRemembered()) {
                assertEquals(0, program.again().errno());
                mirror.kill();
                assertEquals(0, program.again().errno());
                mirror.restart();
                assertEquals(0, program.again().errno());
            }
        }
        assertEquals("A", program.text("b"));
        assertEquals(Errno.EEXIST, program.mkdir("d"));
        assertEquals(Errno.EEXIST, program.again().errno());
        assertEquals(Errno.EEXIST, mirror.program().mkdir("d"));
    }

    @Test
    void shouldOpenAgainWhatWasMadeByTheSameCall() throws Exception {
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_TRUNC;
        program.close(program.open("f", flags));
        long ino = program.stat("f").ino();
        Program twice = mirror.program();
        twice.close(twice.open("g", flags));
        Reply again = twice.again();
        assertEquals(0, again.errno());
        twice.close(again.descriptor());
        mirror.kill();
        again = twice.again();
        assertEquals(0, again.errno());
        twice.close(again.descriptor());
        assertEquals(Errno.EEXIST, -twice.open("g", flags));
        assertEquals(ino, twice.stat("f").ino());
    }

    @Test
    void shouldOpenAgainWhatDeniesItsOwner() throws Exception {
        assumeTrue(Kernel.system().geteuid() == 0, "only root may act for other users");
        program.chmod("", 0777);
        Program nobody = mirror.program(65_534, 65_534);
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_CREAT;
        Reply first = nobody.openReply("f", flags, 0);
        assertEquals(0, first.errno());
        nobody.close(first.descriptor());
        mirror.kill();
        Reply again = nobody.again();
        assertEquals(0, again.errno());
        nobody.close(again.descriptor());
        assertEquals(Errno.EACCES, nobody.openReply("f", flags, 0).errno());
    }

    @Test
    void shouldMakeAnAttributeAgainThatAKillLeftUnrecorded() throws Exception {
        program.write("f", "x");
        mirror.kill();
        Kernel.system().setxattr(program.absolute("f"), Paths.bytes("user.x"), Paths.bytes("y"), 0);
        assertEquals(Errno.EEXIST, program.createXattr("f", "user.x", "z"));
        assertEquals(0, program.createXattr("f", "user.x", "y"));
        assertEquals(Errno.EEXIST, program.createXattr("f", "user.x", "y"));
    }

    @Test
    void shouldRemoveAnAttributeAgainThatAKillLeftRecorded() throws Exception {
        program.write("f", "x");
        assertEquals(0, program.createXattr("f", "user.x", "y"));
        mirror.kill();
        Kernel.system().removexattr(program.absolute("f"), Paths.bytes("user.x"));
        assertEquals(0, program.removexattr("f", "user.x"));
        assertEquals(Errno.ENODATA, program.removexattr("f", "user.x"));
    }

    @Test
    void shouldNotEmptyAFileTwice() throws Exception {
        program.write("f", "old");
        Program emptying = mirror.program();
        int fd = emptying.open("f", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC);
        program.write("f", OpenFlags.O_WRONLY, 0, Paths.bytes("written since"));
        mirror.kill();
        emptying.close(emptying.again().descriptor());
        emptying.close(fd);
        assertEquals("written since", program.text("f"));
    }

    @Test
    void shouldForgetSessionsThatEndedLongAgo() throws Exception {
        program.mkdir("d");
        mirror.restart();
        Sessions sessions = new Sessions(mirror.namespace());
        long session = program.caller.session();
        assertTrue(sessions.isCompleted(session, program.requestId()));
        sessions.endedAt(session, System.nanoTime());
        assertTrue(sessions.isCompleted(session, program.requestId()));
        sessions.endedAt(99, System.nanoTime() + TimeUnit.HOURS.toNanos(1));
        assertTrue(!sessions.isCompleted(session, program.requestId()));
        boolean[] any = {false};
        mirror.namespace().sessions((each, request) -> any[0] = true);
        assertTrue(!any[0]);
    }
}
