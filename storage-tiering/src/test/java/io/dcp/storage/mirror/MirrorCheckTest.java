package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.check.Problem;
import io.dcp.storage.check.Problem.Kind;
import io.dcp.storage.metadata.WriteBatch;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Planted;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each inconsistency is planted, found, named and repaired; afterwards nothing is found and nothing is lost. */
class MirrorCheckTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();

    @BeforeEach
    void makeTree() throws Exception {
        program.mkdir("d");
        program.write("d/f", "contents of f");
        program.write("g", "contents of g");
        program.link("g", "d/h");
        mirror.start();
        mirror.drain();
        assertEquals(List.of(), check(false, true).problems());
    }

    private CheckReport check(boolean repair, boolean data) throws Exception {
        return mirror.mirror().check(new CheckOptions(repair, data), directory);
    }

    private void plant(WriteBatch batch) throws Exception {
        mirror.store().commit(batch);
        mirror.restart();
        mirror.start();
    }

    private long ino(String path) {
        return program.stat(path).ino();
    }

    /** Found by a look, found and repaired, gone. Returns what the look found. */
    private List<Problem> foundAndRepaired(Kind kind) throws Exception {
        CheckReport look = check(false, true);
        assertTrue(look.problems().stream().anyMatch(each -> each.kind() == kind), look::toString);
        assertEquals(4, look.exitStatus(), look::toString);
        CheckReport repair = check(true, true);
        assertTrue(
                repair.problems().stream().anyMatch(each -> each.kind() == kind && each.repaired()), repair::toString);
        assertEquals(1, repair.exitStatus(), repair::toString);
        mirror.drain();
        CheckReport after = check(false, true);
        assertEquals(0, after.exitStatus(), after::toString);
        return look.problems();
    }

    private void nothingIsLost() {
        assertEquals("contents of f", program.text("d/f"));
        assertEquals("contents of g", program.text("g"));
        assertEquals("contents of g", program.text("d/h"));
        assertEquals(2, program.stat("g").nlink());
    }

    @Test
    void shouldRecountLinks() throws Exception {
        plant(Planted.links(mirror.store(), ino("g"), 7));
        List<Problem> found = foundAndRepaired(Kind.LINK_COUNT);
        assertTrue(found.get(0).where().contains("ino=" + ino("g")), found::toString);
        plant(Planted.links(mirror.store(), ino("d"), 2 + 5));
        foundAndRepaired(Kind.LINK_COUNT);
        nothingIsLost();
    }

    @Test
    void shouldRebuildListingsAndReverseNames() throws Exception {
        plant(Planted.withoutListing(mirror.store(), ino("d"), "f"));
        assertTrue(foundAndRepaired(Kind.ENTRY_UNLISTED).get(0).where().startsWith("/d/f "));
        plant(Planted.withoutReverseName(ino("d"), "f", ino("d/f")));
        foundAndRepaired(Kind.ENTRY_UNNAMED);
        plant(Planted.listing(ino("d"), 1_000_000, "no such", ino("g")));
        foundAndRepaired(Kind.LISTING);
        plant(Planted.reverseName(ino("d"), "no such", ino("g")));
        foundAndRepaired(Kind.REVERSE_NAME);
        nothingIsLost();
    }

    @Test
    void shouldMendEntries() throws Exception {
        plant(Planted.entry(ino("d"), "dangling", 999_999, 8, 1_000_001));
        foundAndRepaired(Kind.ENTRY_OF_NO_INODE);
        plant(Planted.entry(888_888, "nowhere", ino("g"), 8, 1_000_002));
        foundAndRepaired(Kind.ENTRY_IN_NO_DIRECTORY);
        plant(Planted.type(mirror.store(), ino("d"), "f", 10));
        foundAndRepaired(Kind.ENTRY_TYPE);
        nothingIsLost();
    }

    @Test
    void shouldTakeANameFromTheMirrorThatTheTreeHasLost() throws Exception {
        long f = ino("d/f");
        plant(Planted.withoutName(mirror.store(), ino("d"), "f"));
        foundAndRepaired(Kind.MIRROR_UNKNOWN_NAME);
        assertEquals(f, ino("d/f"));
        nothingIsLost();
    }

    @Test
    void shouldNameOrphansInLostAndFound() throws Exception {
        long f = ino("d/f");
        long d = ino("d");
        kernel.renameat2(Stat.AT_FDCWD, path("d/f"), Stat.AT_FDCWD, Paths.bytes(directory + "/aside"), 0);
        plant(Planted.withoutName(mirror.store(), d, "f"));
        foundAndRepaired(Kind.ORPHAN);
        assertEquals("contents of f", program.text("lost+found/#" + f));
        assertEquals(f, ino("lost+found/#" + f));
        assertEquals("contents of g", program.text("d/h"));
    }

    @Test
    void shouldTellWhatIsUnlinkedAndOpenFromWhatIsLeftOfIt() throws Exception {
        program.write("open", "x");
        int fd = program.open("open", OpenFlags.O_RDWR);
        long open = ino("open");
        program.unlink("open");
        assertEquals(List.of(), check(true, true).problems());
        assertEquals(open, program.fstat(fd).ino());
        program.close(fd);
        plant(Planted.orphan(mirror.namespace().inode(ino("g"))));
        foundAndRepaired(Kind.ORPHAN_WITH_NAME);
        nothingIsLost();
    }

    @Test
    void shouldBreakRingsOfDirectories() throws Exception {
        program.mkdir("a");
        program.mkdir("a/b");
        program.write("a/b/x", "in the ring");
        mirror.drain();
        long a = ino("a");
        long b = ino("a/b");
        kernel.renameat2(Stat.AT_FDCWD, path("a"), Stat.AT_FDCWD, Paths.bytes(directory + "/aside"), 0);
        plant(Planted.moved(mirror.store(), 2, "a", b, "a"));
        List<Problem> found = foundAndRepaired(Kind.UNREACHABLE);
        assertTrue(found.stream()
                .anyMatch(each ->
                        each.where().contains("ino=" + a) || each.where().contains("ino=" + b)));
        nothingIsLost();
        assertEquals(1, program.list("lost+found").size());
    }

    @Test
    void shouldRemoveWhatBelongsToNoInode() throws Exception {
        plant(Planted.attribute(777_777));
        foundAndRepaired(Kind.ATTRIBUTE_OF_NO_INODE);
        plant(Planted.mirrorFile(123_456_789, 777_777));
        foundAndRepaired(Kind.MIRROR_FILE);
        nothingIsLost();
    }

    @Test
    void shouldKeepAnObjectThatIsToBeDeletedAndInUse() throws Exception {
        WriteBatch garbage =
                Planted.garbage(mirror.namespace().chunk(ino("g"), 0).key());
        mirror.restart();
        mirror.store().commit(garbage);
        foundAndRepaired(Kind.GARBAGE_IN_USE);
        mirror.store().commit(garbage);
        mirror.start();
        mirror.restartCold();
        nothingIsLost();
    }

    @Test
    void shouldSendAgainWhatTheObjectStoreHasLost() throws Exception {
        String key = mirror.namespace().chunk(ino("d/f"), 0).key();
        mirror.objects.delete(key);
        List<Problem> found = foundAndRepaired(Kind.CHUNK_MISSING);
        assertTrue(found.get(0).where().contains(key) && found.get(0).where().startsWith("/d/f "), found::toString);
        mirror.restartCold();
        nothingIsLost();
    }

    @Test
    void shouldSendAgainWhatIsDamagedInTheObjectStore() throws Exception {
        mirror.objects.flip(mirror.namespace().chunk(ino("g"), 0).key(), 3);
        assertEquals(0, check(false, false).exitStatus(), "only reading shows it");
        foundAndRepaired(Kind.CHUNK_DAMAGED);
        mirror.objects.put(mirror.namespace().chunk(ino("g"), 0).key(), ByteBuffer.wrap(new byte[3]));
        foundAndRepaired(Kind.CHUNK_LENGTH);
        mirror.restartCold();
        nothingIsLost();
    }

    @Test
    void shouldReportAndKeepWhatIsNowhere() throws Exception {
        mirror.restartCold();
        String key = mirror.namespace().chunk(ino("d/f"), 0).key();
        mirror.objects.delete(key);
        CheckReport report = check(true, false);
        assertEquals(4, report.exitStatus());
        assertEquals(
                List.of(Kind.CHUNK_MISSING),
                report.problems().stream().map(Problem::kind).toList());
        assertEquals(13, program.stat("d/f").sizeBytes());
    }

    @Test
    void shouldRemoveObjectsThatNothingRefersTo() throws Exception {
        String key = mirror.namespace().chunk(ino("g"), 0).key();
        String other = key.replaceFirst("\\.[0-9a-f]{24}$", ".00000000000000ff00000001");
        mirror.objects.put(other, ByteBuffer.wrap(new byte[10]));
        mirror.objects.put("chunks/00/0000000000000100.00000000.0000", ByteBuffer.wrap(new byte[10]));
        mirror.objects.put(other + "-8a1de1a0-6a32-4f4f-9d7a-3f6f5d8d3a11", ByteBuffer.wrap(new byte[10]));
        assertEquals(3, check(false, false).found());
        foundAndRepaired(Kind.OBJECT_UNUSED);
        mirror.restartCold();
        nothingIsLost();
    }

    @Test
    void shouldCompareTheMirror() throws Exception {
        kernel.mkdirat(Stat.AT_FDCWD, path("native"), 0755);
        kernel.mkdirat(Stat.AT_FDCWD, path("native/below"), 0755);
        foundAndRepaired(Kind.MIRROR_UNKNOWN_NAME);
        assertEquals(3, program.stat("native").nlink());
        kernel.unlinkat(Stat.AT_FDCWD, path("d/f"), 0);
        foundAndRepaired(Kind.MIRROR_LACKS_NAME);
        nothingIsLost();
        kernel.truncate(path("d/f"), 3);
        foundAndRepaired(Kind.MIRROR_CONTENTS);
        assertEquals("con", program.text("d/f"));
        Inode inode = mirror.namespace().inode(ino("d/f"));
        assertEquals(3, inode.sizeBytes());
    }

    private byte[] path(String name) {
        return Paths.bytes(mirror.root + "/" + name);
    }
}
