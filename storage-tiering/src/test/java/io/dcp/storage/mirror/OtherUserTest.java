package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of a user who is not the agent's: the kernel decides as if they had been made natively. */
class OtherUserTest extends MirrorTestBase {
    private static final int NOBODY = 65_534;

    private Program nobody;

    @BeforeEach
    void beRoot() {
        assumeTrue(Kernel.system().geteuid() == 0, "only root may act for other users");
        nobody = mirror.program(NOBODY, NOBODY);
    }

    @Test
    void shouldRefuseAsTheKernelDoes() {
        program.write("f", "x");
        program.chmod("f", 0600);
        program.mkdir("d");
        assertEquals(Errno.EACCES, nobody.mkdir("new"));
        assertEquals(Errno.EACCES, nobody.unlink("f"));
        assertEquals(Errno.EACCES, -nobody.open("f", OpenFlags.O_RDONLY));
        assertEquals(Errno.EACCES, -nobody.open("new", OpenFlags.O_CREAT | OpenFlags.O_WRONLY));
        assertEquals(Errno.EPERM, nobody.chmod("f", 0777));
        assertEquals(Errno.EPERM, nobody.chown("f", NOBODY, -1));
        assertEquals(Errno.EPERM, nobody.setMtime("f", 1, 0));
        assertEquals(Errno.EACCES, nobody.truncate("f", 0));
        assertEquals(Errno.EACCES, nobody.setxattr("f", "user.x", "y"));
        assertEquals(Errno.EACCES, nobody.rename("f", "g"));
        program.chmod("d", 0700);
        assertEquals(Errno.EACCES, nobody.statReply("d/x").errno());
        assertEquals("x", program.text("f"));
    }

    @Test
    void shouldMakeFilesThatAreTheirs() throws Exception {
        program.mkdir("d");
        program.chmod("d", 01777);
        assertEquals(0, nobody.mkdir("d/e"));
        assertEquals(0, nobody.write("d/e/f", "theirs"));
        assertEquals(NOBODY, nobody.stat("d/e/f").uid());
        assertEquals(0, nobody.chmod("d/e/f", 0600));
        assertEquals(0, nobody.truncate("d/e/f", 3));
        assertEquals(0, nobody.write("d/e/f", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, 0, Paths.bytes("t")));
        program.write("d/root's", "x");
        assertEquals(Errno.EPERM, nobody.unlink("d/root's"));
        mirror.restartCold();
        assertEquals(NOBODY, nobody.stat("d/e/f").uid());
        assertEquals("t", nobody.text("d/e/f"));
        assertEquals(0, nobody.setxattr("d/e/f", "user.x", "y"));
        assertEquals(0, nobody.rename("d/e/f", "d/g"));
        assertEquals(0, nobody.rmdir("d/e"));
        assertEquals(0, nobody.unlink("d/g"));
    }

    @Test
    void shouldNotHarmAColdFileThatTheyMayNotWrite() throws Exception {
        program.write("f", "contents");
        mirror.restartCold();
        mirror.start();
        assertEquals(Errno.EACCES, nobody.truncate("f", 0));
        assertEquals(Errno.EACCES, -nobody.open("f", OpenFlags.O_WRONLY | OpenFlags.O_TRUNC));
        assertEquals(Errno.EACCES, -nobody.open("f", OpenFlags.O_RDWR));
        mirror.drain();
        mirror.restartCold();
        assertEquals("contents", program.text("f"));
    }

    @Test
    void shouldActForTheRightUserOnEachThread() {
        program.mkdir("d");
        program.chmod("d", 01777);
        for (int i = 0; i < 50; i++) {
            Program theirs = mirror.program(1000 + i % 3, 1000);
            CompletableFuture<Reply> other =
                    program.sendOpen("d/root" + i, OpenFlags.O_CREAT | OpenFlags.O_WRONLY, Program.DEADLINE_MILLIS);
            assertEquals(0, theirs.mkdir("d/" + i));
            program.close(MirrorFixture.await(other).descriptor());
            assertEquals(1000 + i % 3, program.stat("d/" + i).uid());
            assertEquals(0, program.stat("d/root" + i).uid());
        }
    }

    @Test
    void shouldMaterializeForThemWhatTheyCannotMake() throws Exception {
        program.mkdir("d");
        program.write("d/f", "x");
        program.mknod("d/null", Stat.S_IFIFO | 0666);
        mirror.restartCold();
        assertEquals("x", nobody.text("d/f"));
        assertEquals(0, nobody.stat("d/f").uid());
        assertEquals(Stat.S_IFIFO | 0644, nobody.stat("d/null").mode());
    }
}
