package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.namespace.Planted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has no name any more, but is open in a program, while agents come and go. */
class OrphansTest extends MirrorTestBase {
    private static final int DIRECTORY = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;

    private final Kernel kernel = Kernel.system();

    private void assertKnown(Attributes before, int fd) {
        Attributes now = program.fstat(fd);
        assertEquals(before.ino(), now.ino());
        assertEquals(before.dev(), now.dev());
        assertEquals(before.btimeNs(), now.btimeNs());
        assertEquals(0, now.nlink());
    }

    @Test
    void shouldKnowWhatIsOpenAfterAKill() throws Exception {
        program.write("removed", "x");
        program.write("covered", "x");
        program.write("other", "y");
        program.mkdir("d");
        int removed = program.open("removed", OpenFlags.O_RDWR);
        int covered = program.open("covered", OpenFlags.O_RDWR);
        int directory = program.open("d", DIRECTORY);
        int unnamed = program.open(".", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR);
        int[] open = {removed, covered, directory, unnamed};
        Attributes[] before = new Attributes[open.length];
        for (int i = 0; i < open.length; i++) {
            before[i] = program.fstat(open[i]);
        }
        assertEquals(0, program.unlink("removed"));
        assertEquals(0, program.rename("other", "covered"));
        assertEquals(0, program.rmdir("d"));
        for (int kills = 0; kills < 2; kills++) {
            mirror.kill();
            for (int i = 0; i < open.length; i++) {
                assertKnown(before[i], open[i]);
            }
        }
        mirror.restart();
        assertKnown(before[0], removed);
        for (int fd : open) {
            program.close(fd);
        }
    }

    @Test
    void shouldKnowWhatTheKilledAgentWasRemoving() throws Exception {
        program.write("f", "x");
        int fd = program.open("f", OpenFlags.O_RDWR);
        Attributes before = program.fstat(fd);
        mirror.kill(() -> {
            new IntentSlots(mirror.intents()).arm(1, 1, new Name(Namespace.ROOT, Paths.bytes("f")), null, false);
            kernel.unlinkat(Stat.AT_FDCWD, program.absolute("f"), 0);
        });
        assertKnown(before, fd);
        program.close(fd);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeTheSameFileWhenItIsNamedAgain(boolean killedWithin) throws Exception {
        int fd = program.open(".", OpenFlags.O_TMPFILE | OpenFlags.O_RDWR);
        kernel.pwrite(fd, Paths.bytes("later"), 0, 5, 0);
        long ino = program.fstat(fd).ino();
        mirror.kill();
        if (killedWithin) {
            mirror.kill(() -> {
                new IntentSlots(mirror.intents()).arm(1, 1, new Name(Namespace.ROOT, Paths.bytes("f")), null, false);
                byte[] from = Paths.bytes("/proc/self/fd/" + fd);
                kernel.linkat(Stat.AT_FDCWD, from, Stat.AT_FDCWD, program.absolute("f"), Stat.AT_SYMLINK_FOLLOW);
            });
        } else {
            assertEquals(0, program.linkDescriptor(fd, "f"));
        }
        assertEquals(ino, program.stat("f").ino());
        assertEquals(1, program.fstat(fd).nlink());
        Inode inode = mirror.namespace().inode(ino);
        assertNull(mirror.namespace().orphan(inode.mirrorInode(), inode.mirrorBtime()));
        program.close(fd);
        mirror.restartCold();
        assertEquals("later", program.text("f"));
        assertEquals(ino, program.stat("f").ino());
    }

    @Test
    void shouldNotTakeAFileOfAKilledAgentForADeadOne() throws Exception {
        // By chance a new file has the number of one that is gone, and was born in the same step of the clock.
        int fd = kernel.openat(Stat.AT_FDCWD, program.absolute("g"), OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0644);
        MirrorTree tree = new MirrorTree(kernel, mirror.namespace(), mirror.root);
        Seen seen = tree.stat(fd);
        tree.close();
        kernel.close(fd);
        long dead = 5000;
        mirror.store()
                .commit(Planted.orphan(
                        AttributesOf.imported(dead, seen, mirror.namespace().mirrorGeneration())
                                .nlink(0)
                                .build()));
        mirror.kill(() ->
                new IntentSlots(mirror.intents()).arm(1, 1, new Name(Namespace.ROOT, Paths.bytes("g")), null, true));
        assertNotEquals(dead, program.stat("g").ino());
        assertNull(mirror.namespace().orphan(seen.ino(), seen.btime()));
    }

    @Test
    void shouldForgetThemAtABoot() throws Exception {
        program.write("f", "x");
        int fd = program.open("f", OpenFlags.O_RDWR);
        Inode inode = mirror.namespace().inode(program.stat("f").ino());
        assertEquals(0, program.unlink("f"));
        mirror.kill();
        assertEquals(
                inode.ino(),
                mirror.namespace()
                        .orphan(inode.mirrorInode(), inode.mirrorBtime())
                        .ino());
        mirror.losePower(() -> {});
        assertNull(mirror.namespace().orphan(inode.mirrorInode(), inode.mirrorBtime()));
        program.close(fd);
    }
}
