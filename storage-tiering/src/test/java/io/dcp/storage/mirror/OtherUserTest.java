package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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

    /** What the agent has open is nobody's to reach by links to its process, whoever may search the directories to it. */
    @Test
    void shouldNotReachTheAgentsDescriptors() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        program.mkdir("d");
        program.write("d/secret", "secret");
        program.chmod("d/secret", 0666);
        program.chmod("d", 0700);
        program.mkdir("open");
        program.chmod("open", 0777);
        int secret = program.open("d/secret", OpenFlags.O_RDWR);
        int directory = program.open("d", OpenFlags.O_RDONLY);
        long self = ProcessHandle.current().pid();
        int thread = Kernel.system().gettid();
        try {
            Program other = mirror.program((int) process.pid(), NOBODY, NOBODY);
            for (String way : new String[] {
                "/proc/self/fd/",
                "/proc/thread-self/fd/",
                "/dev/fd/",
                "/proc/" + self + "/fd/",
                "/proc/" + thread + "/fd/",
                "/proc/" + self + "/task/" + thread + "/fd/",
                "../../../../../../../../../proc/" + self + "/fd/",
            }) {
                assertEquals(0, other.symlink(way + secret, "open/l"));
                assertNotReached(other.openReply("open/l", OpenFlags.O_RDONLY));
                assertNotReached(other.openReply("open/l", OpenFlags.O_PATH));
                assertNotReached(other.openReply("open/l", OpenFlags.O_RDWR | OpenFlags.O_CREAT));
                assertNotReached(other.openReply("open/l", OpenFlags.O_RDWR | OpenFlags.O_TRUNC));
                other.chmod("open/l", 0);
                other.truncate("open/l", 0);
                assertEquals(0, other.unlink("open/l"));
                assertEquals(0, other.symlink(way + directory, "open/l"));
                assertNotReached(other.statReply("open/l/secret"));
                assertNotReached(other.openReply("open/l/secret", OpenFlags.O_RDONLY));
                other.mkdir("open/l/new");
                other.rename("open/l/secret", "open/l/moved");
                assertEquals(0, other.unlink("open/l"));
            }
            assertEquals(Errno.EBADF, other.identifyReply(At.agents(secret)).errno());
            assertEquals(
                    Errno.EBADF,
                    other.openReplyAt(At.agents(directory), "secret").errno());
            assertEquals(0, other.symlink("/proc/" + self + "/root", "open/l"));
            assertNotReached(other.statReply("open/l" + mirror.root + "/d"));
            assertEquals(0, other.unlink("open/l"));
            assertEquals("secret", program.text("d/secret"));
            assertEquals(0666, program.stat("d/secret").mode() & 0777);
            assertEquals(Errno.ENOENT, program.statReply("d/new").errno());
        } finally {
            program.close(secret);
            program.close(directory);
            process.destroyForcibly();
        }
    }

    private static void assertNotReached(Reply reply) {
        assertTrue(reply.nativeCall() || reply.errno() != 0);
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
