package io.dcp.storage.namespace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.metadata.JournaledStore;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import io.dcp.storage.tier.ChunkRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceTest {
    private static final Moment BIRTH = new Moment(5, 6);

    @TempDir
    Path directory;

    private MetadataStore store;
    private Namespace namespace;

    @BeforeEach
    void open() throws IOException {
        store = JournaledStore.open(directory);
        namespace = Namespace.open(store);
        change(change -> change.put(Inode.create(Namespace.ROOT)
                .mode(Stat.S_IFDIR | 0755)
                .nlink(2)
                .onMirror(1, 1, BIRTH, BIRTH)
                .build()));
    }

    @AfterEach
    void close() throws IOException {
        assertEquals(List.of(), TreeCheck.problems(store));
        store.close();
    }

    /** What is done in one change. */
    private interface Body {
        void run(Change change) throws IOException;
    }

    private void change(Body body) throws IOException {
        try (Change change = namespace.change()) {
            body.run(change);
            change.commit();
        }
    }

    private static Name name(String name) {
        return new Name(Namespace.ROOT, name.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    private static Inode file(Change change, long mirrorInode) {
        return Inode.create(change.allocateInode())
                .mode(Stat.S_IFREG | 0644)
                .nlink(1)
                .onMirror(1, mirrorInode, BIRTH, BIRTH)
                .build();
    }

    private long make(String name, long mirrorInode) throws IOException {
        long[] ino = new long[1];
        change(change -> {
            Inode inode = file(change, mirrorInode);
            change.put(inode);
            change.link(name(name), inode, true);
            ino[0] = inode.ino();
        });
        return ino[0];
    }

    private List<String> listed(long after) {
        List<String> names = new ArrayList<>();
        namespace.list(Namespace.ROOT, after, (name, ino, type, slot) -> {
            names.add(new String(name, java.nio.charset.StandardCharsets.ISO_8859_1));
            return true;
        });
        return names;
    }

    @Test
    void shouldRememberEveryFieldOfAnInode() {
        Inode inode = Inode.create(77)
                .mode(0120777)
                .owner(1, 2)
                .nlink(3)
                .rdev(4)
                .sizeBytes(Long.MAX_VALUE)
                .atime(new Moment(-1, 999_999_999))
                .mtime(new Moment(2, 2))
                .ctime(new Moment(3, 3))
                .btime(new Moment(4, 4))
                .onMirror(9, 10, new Moment(5, 5), new Moment(6, 6))
                .present(true)
                .hasXattrs(true)
                .target(new byte[] {(byte) 0xff, 1})
                .build();
        Inode read = Inode.decode(inode.encode());
        assertArrayEquals(inode.encode(), read.encode());
        assertEquals(inode.toString(), read.toString());
        assertEquals(new Moment(-1, 999_999_999), read.atime());
        assertEquals(new Moment(6, 6), read.mirrorCtime());
        assertTrue(read.present() && read.hasXattrs() && read.isSymlink());
        byte[] other = inode.encode();
        other[0]++;
        assertThrows(IllegalStateException.class, () -> Inode.decode(other));
    }

    @Test
    void shouldRefuseAVolumeOfAnotherFormat() throws Exception {
        byte[] record = namespace.volume().encode();
        assertEquals(namespace.volume(), Volume.decode(record));
        byte[] volume = record.clone();
        volume[3]++;
        store.commit(new WriteBatch().put(Keys.volume(), volume));
        assertThrows(IllegalStateException.class, () -> Namespace.open(store));
        store.commit(new WriteBatch().put(Keys.volume(), record));
    }

    @Test
    void shouldChangeNothingWithoutACommit() throws Exception {
        long ino = make("a", 100);
        try (Change change = namespace.change()) {
            change.unlink(name("a"));
            change.remove(change.inode(ino));
            assertNull(change.entry(name("a")));
            assertNull(change.inode(ino));
            assertEquals(ino, namespace.inode(ino).ino());
        }
        assertEquals(ino, namespace.entry(Namespace.ROOT, name("a").bytes()).ino());
        assertEquals(ino, namespace.byMirror(100, BIRTH).ino());
    }

    @Test
    void shouldFindAnInodeByItsMirrorFileOnly() throws Exception {
        long ino = make("a", 100);
        assertEquals(ino, namespace.byMirror(100, BIRTH).ino());
        assertNull(namespace.byMirror(100, new Moment(5, 7)));
        // Another file has got its number, as happens when it was removed natively.
        long other = make("b", 100);
        assertEquals(other, namespace.byMirror(100, BIRTH).ino());
        change(change -> {
            change.unlink(name("a"));
            change.remove(change.inode(ino));
        });
        assertEquals(other, namespace.byMirror(100, BIRTH).ino());
        change(change -> change.put(
                change.inode(other).edit().onMirror(1, 200, BIRTH, BIRTH).build()));
        assertNull(namespace.byMirror(100, BIRTH));
        assertNull(store.get(Keys.mirror(100)));
    }

    @Test
    void shouldForgetTheMirrorInANewGeneration() throws Exception {
        long ino = make("a", 100);
        change(change -> assertEquals(2, change.newMirror(true, true)));
        assertFalse(namespace.isOnMirror(namespace.inode(ino)));
        assertFalse(
                namespace.isOnMirror(namespace.entry(Namespace.ROOT, name("a").bytes())));
        assertNull(namespace.byMirror(100, BIRTH));
        assertTrue(namespace.isCold() && namespace.isSweeping());
        change(Change::swept);
        Namespace again = Namespace.open(store);
        assertTrue(again.isCold() && !again.isSweeping());
        assertEquals(2, again.mirrorGeneration());
        change(change -> change.put(
                change.inode(ino).edit().onMirror(2, 300, BIRTH, BIRTH).build()));
        assertNull(store.get(Keys.mirror(100)));
    }

    @Test
    void shouldKeepThePlaceOfANameThatIsPutOver() throws Exception {
        make("a", 100);
        make("b", 101);
        long moved = make("c", 102);
        long replaced = namespace.entry(Namespace.ROOT, name("a").bytes()).ino();
        change(change -> {
            change.unlink(name("a"));
            change.unlink(name("c"));
            change.link(name("a"), change.inode(moved), true);
            change.remove(change.inode(replaced));
        });
        assertEquals(List.of("a", "b"), listed(0));
        make("c", 103);
        assertEquals(List.of("a", "b", "c"), listed(0));
        long slot = namespace.entry(Namespace.ROOT, name("b").bytes()).slot();
        assertEquals(List.of("c"), listed(slot));
    }

    @Test
    void shouldNeverGiveANumberTwice() throws Exception {
        long ino = make("a", 100);
        change(change -> {
            change.unlink(name("a"));
            change.remove(change.inode(ino));
        });
        namespace = Namespace.open(store);
        assertNotEquals(ino, make("b", 100));
    }

    @Test
    void shouldLeaveObjectsThatNothingRefersToAsGarbage() throws Exception {
        long ino = make("a", 100);
        ChunkRef first = new ChunkRef(0, "one", 5, new byte[ChunkRef.SHA256_BYTES]);
        ChunkRef second = new ChunkRef(7, "two", 5, new byte[ChunkRef.SHA256_BYTES]);
        ChunkRef newer = new ChunkRef(0, "three", 5, new byte[ChunkRef.SHA256_BYTES]);
        change(change -> change.setChunks(ino, List.of(first, second)));
        assertEquals(List.of(first, second), namespace.chunks(ino));
        change(change -> change.setChunks(ino, List.of(newer)));
        assertEquals(List.of(newer), namespace.chunks(ino));
        assertEquals(2, namespace.garbage(10).size());
        assertEquals(1, namespace.garbage(1).size());
        change(change -> {
            change.unlink(name("a"));
            change.setXattrs(ino, List.of());
            change.remove(change.inode(ino));
        });
        assertEquals(3, namespace.garbage(10).size());
        for (byte[] key : namespace.garbage(10)) {
            change(change -> change.deleted(key));
        }
        assertEquals(List.of(), namespace.garbage(10));
    }

    @Test
    void shouldForgetFilesWithoutANameWhenTheirNumberIsUsedAgainOrTooManyHaveCome() throws Exception {
        int first = 100;
        change(change -> {
            for (int i = 0; i < Orphans.MAX; i++) {
                change.orphan(file(change, first + i));
            }
        });
        assertEquals(first, namespace.orphan(first, BIRTH).mirrorInode());
        assertNull(namespace.orphan(first, new Moment(5, 7)));
        change(change -> change.orphan(file(change, first - 1)));
        assertNull(namespace.orphan(first, BIRTH));
        make("f", first + 1);
        assertNull(namespace.orphan(first + 1, BIRTH));
        Namespace reopened = Namespace.open(store);
        assertEquals(Orphans.MAX - 1, reopened.orphans.all().size());
        assertEquals(first - 1, reopened.orphan(first - 1, BIRTH).mirrorInode());
        change(Change::noOrphans);
        assertEquals(List.of(), Namespace.open(store).orphans.all());
    }

    @Test
    void shouldNotKeepAFileWithoutANameWhoseNumberIsAlreadyThatOfAnother() throws Exception {
        long removed = make("removed", 200);
        long made = make("made", 200);
        change(change -> {
            Inode inode = change.inode(removed);
            change.unlink(name("removed"));
            change.remove(inode);
            change.orphan(inode);
        });
        assertNull(namespace.orphan(200, BIRTH));
        assertEquals(made, namespace.byMirror(200, BIRTH).ino());
        assertEquals(List.of(), Namespace.open(store).orphans.all());
    }
}
