package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What programs are told of mirror files. That it is what the agent answers is checked at the end of every test. */
class IdentitiesTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();

    private void assertTold(String... paths) throws Exception {
        for (String path : paths) {
            assertNotNull(mirror.told().stat(path), path);
            assertEquals(Told.timeless(program.stat(path)), mirror.told().stat(path), path);
        }
    }

    @Test
    void shouldTellWhateverIsMadeAndChanged() throws Exception {
        program.mkdir("d");
        program.write("d/f", "contents");
        program.symlink("f", "d/link");
        program.mknod("fifo", Stat.S_IFIFO | 0600);
        assertTold("", "d", "d/f", "d/link", "fifo");
        program.link("d/f", "g");
        program.chmod("d/f", 04751);
        program.chown("d", 12, 34);
        program.setMtime("d/f", -5, 7);
        program.setxattr("d/f", "user.x", "y");
        program.truncate("g", 3);
        assertTold("", "d", "d/f", "d/link", "fifo", "g");
        program.rename("d", "e");
        program.rename("e/f", "h");
        assertTold("", "e", "e/link", "fifo", "g", "h");
    }

    /** The kernel's ctime is the tree's as soon as it moves. */
    @Test
    void shouldTellWhatIsWrittenNatively() throws Exception {
        program.write("f", "contents");
        int fd = program.open("f", OpenFlags.O_RDWR);
        kernel.pwrite(fd, Paths.bytes("more than that"), 0, 14, 0);
        assertTold("f");
        assertEquals(14, mirror.told().stat("f").sizeBytes());
        program.close(fd);
    }

    @Test
    void shouldForgetWhatIsRemovedOrCovered() throws Exception {
        program.write("removed", "x");
        program.write("covered", "x");
        program.write("other", "y");
        program.mkdir("d");
        int[] open = {
            program.open("removed", OpenFlags.O_RDONLY),
            program.open("covered", OpenFlags.O_RDONLY),
            program.open("d", OpenFlags.O_RDONLY)
        };
        program.unlink("removed");
        program.rename("other", "covered");
        program.rmdir("d");
        for (int fd : open) {
            assertNull(mirror.told().fstat(fd));
            program.close(fd);
        }
        assertTold("covered");
    }

    /** Its number and time of birth may be another file's before that is recorded. */
    @Test
    void shouldTellNothingOfWhatIsBeingRemoved() throws Exception {
        program.write("f", "x");
        long mirrorInode = program.stat("f").mirrorInode();
        Identities identities = mirror.identities();
        identities.withhold(mirrorInode);
        identities.withhold(mirrorInode);
        program.stat("f");
        assertNull(mirror.told().stat("f"));
        identities.release(mirrorInode);
        program.stat("f");
        assertNull(mirror.told().stat("f"));
        identities.release(mirrorInode);
        program.stat("f");
        assertTold("f");
    }

    @Test
    void shouldTellAgainAfterAKillAndAfterARestart() throws Exception {
        program.mkdir("d");
        program.write("d/f", "contents");
        mirror.kill();
        assertNull(mirror.told().stat("d/f"), "nothing was asked");
        program.stat("d");
        program.stat("d/f");
        assertTold("d", "d/f");
        mirror.restart();
        program.stat("d/f");
        assertTold("d/f");
    }

    /** Contents that are not here have a size that the kernel does not know, and times of directories move by themselves. */
    @Test
    void shouldTellOfAColdTreeOnlyWhatTheKernelKnows() throws Exception {
        program.mkdir("d");
        program.write("d/f", "contents");
        program.link("d/f", "g");
        program.symlink("f", "d/link");
        mirror.restartCold();
        for (String path : List.of("d", "d/f", "d/link")) {
            program.stat(path);
        }
        assertNull(mirror.told().stat("d"));
        assertNull(mirror.told().stat("d/f"));
        assertTold("d/link");
        program.read("d/f");
        program.stat("d/f");
        assertTold("d/f");
        assertEquals(2, mirror.told().stat("d/f").nlink());
        program.unlink("d/f");
        program.stat("g");
        assertTold("g");
        assertEquals(1, mirror.told().stat("g").nlink());
    }

    @Test
    void shouldForgetEverythingAtOnce() throws Exception {
        program.write("f", "x");
        assertTold("f");
        mirror.identities().forgotten();
        assertNull(mirror.told().stat("f"));
        program.stat("f");
        assertTold("f");
    }

    @Test
    void shouldComeBackWhenItWasPushedOut() throws Exception {
        int count = Identities.WAYS * 3;
        for (int i = 0; i < count; i++) {
            program.write("f" + i, "x");
        }
        Identities identities = mirror.identities();
        for (int i = 0; i < count; i++) {
            identities.forgotten(program.stat("f" + i).mirrorInode());
            assertNull(mirror.told().stat("f" + i));
            program.stat("f" + i);
            assertTold("f" + i);
        }
    }
}
