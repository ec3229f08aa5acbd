package io.dcp.storage.namespace;

import io.dcp.storage.check.Findings;
import io.dcp.storage.check.Problem.Kind;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks whether the tables of a tree agree with each other, and repairs those that can be derived from others. Streams
 * through each table once with a few look-ups for each record, so it takes O(n log n) and constant memory.
 *
 * <p>The tree may be in use: what seems wrong is looked at again under the namespace's lock, and repaired under it.
 */
public final class TableCheck {
    private static final int NAME_AT = 17;
    private static final int KNOWN_DIRECTORIES = 65_536;
    private static final int MAX_DEPTH = 1 << 20;
    private static final byte[] NOTHING = {};

    private final Namespace namespace;
    private final MetadataStore store;
    private final Findings findings;
    private final boolean repair;

    /** Directories from which the root is reached, the latest ones. */
    private final Map<Long, Boolean> reachable = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > KNOWN_DIRECTORIES;
        }
    };

    /** Says what is wrong with a record, and how it is mended; null if nothing is. */
    @FunctionalInterface
    private interface Look {
        Wrong look();
    }

    /** A problem and the change that mends it; null if there is none without a loss. */
    private record Wrong(Kind kind, String where, WriteBatch mend) {}

    public TableCheck(Namespace namespace, MetadataStore store, Findings findings, boolean repair) {
        this.namespace = namespace;
        this.store = store;
        this.findings = findings;
        this.repair = repair;
    }

    /** Checks names, what belongs to inodes, and that each directory has one place below the root. */
    public void names() {
        family('D', (key, value) -> examine(() -> entry(key)));
        family('L', (key, value) -> examine(() -> listing(key)));
        family('N', (key, value) -> examine(() -> reverseName(key)));
        family('M', (key, value) -> examine(() -> mirrorFile(key)));
        family('O', (key, value) -> examine(() -> orphan(key)));
        family('X', (key, value) -> examine(() -> owned(key, Kind.ATTRIBUTE_OF_NO_INODE)));
        family('W', (key, value) -> examine(() -> owned(key, Kind.DIRTY_MARK_OF_NO_INODE)));
        family('C', (key, value) -> examine(() -> chunk(key)));
        family('G', (key, value) -> examine(() -> garbage(key)));
        family('I', (key, value) -> {
            long ino = Keys.numberIn(key);
            examine(() -> directoryNames(ino));
            examine(() -> unreachable(ino));
        });
    }

    /** Checks inodes, after names and {@link LostAndFound orphans}. */
    public void inodes() {
        family('I', (key, value) -> {
            long ino = Keys.numberIn(key);
            examine(() -> onMirror(ino));
            examine(() -> linkCount(ino));
        });
    }

    private void family(char family, java.util.function.BiConsumer<byte[], byte[]> visitor) {
        store.scan(Keys.family(family), Keys.family((char) (family + 1)), (key, value) -> {
            visitor.accept(key, value);
            return true;
        });
    }

    private void examine(Look look) {
        if (look.look() == null) {
            return;
        }
        namespace.lock.lock();
        try {
            Wrong wrong = look.look();
            if (wrong == null) {
                return;
            }
            boolean mended = repair && wrong.mend() != null;
            if (mended) {
                namespace.mend(wrong.mend());
            }
            findings.add(wrong.kind(), wrong.where(), mended);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            namespace.lock.unlock();
        }
    }

    private Inode inode(long ino) {
        byte[] record = store.get(Keys.inode(ino));
        return record == null ? null : Inode.decode(record);
    }

    private Wrong entry(byte[] key) {
        byte[] value = store.get(key);
        if (value == null) {
            return null;
        }
        long directory = Keys.numberIn(key);
        byte[] name = Keys.tail(key, 9);
        Entry entry = Entry.decode(value);
        Inode inode = inode(entry.ino());
        Inode parent = inode(directory);
        String where = where(directory, name, entry.ino());
        WriteBatch without = new WriteBatch()
                .delete(key)
                .delete(Keys.listing(directory, entry.slot()))
                .delete(Keys.nameOf(entry.ino(), directory, name));
        if (inode == null) {
            return new Wrong(Kind.ENTRY_OF_NO_INODE, where, without);
        }
        if (parent == null || !parent.isDirectory()) {
            return new Wrong(Kind.ENTRY_IN_NO_DIRECTORY, where, without);
        }
        byte[] listing = listingOf(entry, name);
        if (entry.type() != Entry.typeOf(inode.mode())) {
            Entry right = new Entry(entry.ino(), Entry.typeOf(inode.mode()), entry.slot(), entry.mirrorGeneration());
            return new Wrong(
                    Kind.ENTRY_TYPE,
                    where,
                    new WriteBatch()
                            .put(key, right.encode())
                            .put(Keys.listing(directory, entry.slot()), listingOf(right, name)));
        }
        byte[] listed = store.get(Keys.listing(directory, entry.slot()));
        if (listed == null || !java.util.Arrays.equals(listed, listing)) {
            return new Wrong(
                    Kind.ENTRY_UNLISTED, where, new WriteBatch().put(Keys.listing(directory, entry.slot()), listing));
        }
        return store.get(Keys.nameOf(entry.ino(), directory, name)) != null
                ? null
                : new Wrong(
                        Kind.ENTRY_UNNAMED,
                        where,
                        new WriteBatch().put(Keys.nameOf(entry.ino(), directory, name), NOTHING));
    }

    private static byte[] listingOf(Entry entry, byte[] name) {
        return ByteBuffer.allocate(Change.LISTING_HEAD_BYTES + name.length)
                .put((byte) entry.type())
                .putLong(entry.ino())
                .put(name)
                .array();
    }

    private Wrong listing(byte[] key) {
        byte[] value = store.get(key);
        if (value == null) {
            return null;
        }
        byte[] name = Keys.tail(value, Change.LISTING_HEAD_BYTES);
        long directory = Keys.numberIn(key);
        byte[] entry = store.get(Keys.entry(directory, name));
        return entry != null && Entry.decode(entry).slot() == Change.slotIn(key)
                ? null
                : new Wrong(Kind.LISTING, where(directory, name, Keys.numberIn(value)), new WriteBatch().delete(key));
    }

    private Wrong reverseName(byte[] key) {
        if (store.get(key) == null) {
            return null;
        }
        long ino = Keys.numberIn(key);
        byte[] name = Keys.tail(key, NAME_AT);
        byte[] entry = store.get(Keys.entry(Change.directoryIn(key), name));
        return entry != null && Entry.decode(entry).ino() == ino
                ? null
                : new Wrong(Kind.REVERSE_NAME, where(Change.directoryIn(key), name, ino), new WriteBatch().delete(key));
    }

    private Wrong mirrorFile(byte[] key) {
        byte[] value = store.get(key);
        Inode inode = value == null ? null : inode(Keys.numberIn(value));
        boolean right = inode != null && (!namespace.isOnMirror(inode) || inode.mirrorInode() == Keys.numberIn(key));
        return value == null || right
                ? null
                : new Wrong(
                        Kind.MIRROR_FILE,
                        "mirrorInode=" + Keys.numberIn(key) + " ino=" + Keys.numberIn(value),
                        new WriteBatch().delete(key));
    }

    /** What is left of a file without a name must not stand for one that has a name. */
    private Wrong orphan(byte[] key) {
        byte[] value = store.get(key);
        if (value == null) {
            return null;
        }
        long ino = Inode.decode(value).ino();
        return inode(ino) == null && !namespace.isOnMirror(Keys.numberIn(key))
                ? null
                : new Wrong(
                        Kind.ORPHAN_WITH_NAME,
                        "mirrorInode=" + Keys.numberIn(key) + " ino=" + ino,
                        new WriteBatch().delete(key));
    }

    private Wrong onMirror(long ino) {
        Inode inode = inode(ino);
        if (inode == null || !namespace.isOnMirror(inode)) {
            return null;
        }
        byte[] owner = store.get(Keys.mirror(inode.mirrorInode()));
        return owner != null
                ? null
                : new Wrong(
                        Kind.MIRROR_FILE,
                        "mirrorInode=" + inode.mirrorInode() + " ino=" + ino,
                        new WriteBatch().put(Keys.mirror(inode.mirrorInode()), Keys.inode(ino)));
    }

    private Wrong owned(byte[] key, Kind kind) {
        return store.get(key) == null || inode(Keys.numberIn(key)) != null
                ? null
                : new Wrong(kind, "ino=" + Keys.numberIn(key), new WriteBatch().delete(key));
    }

    private Wrong chunk(byte[] key) {
        byte[] value = store.get(key);
        if (value == null || inode(Keys.numberIn(key)) != null) {
            return null;
        }
        String object = ChunkRecord.decode(Change.slotIn(key), value).key();
        return new Wrong(
                Kind.CHUNK_OF_NO_INODE,
                "ino=" + Keys.numberIn(key) + " object=" + object,
                new WriteBatch().delete(key).put(Keys.garbage(object.getBytes(StandardCharsets.UTF_8)), NOTHING));
    }

    private Wrong garbage(byte[] key) {
        String object = new String(Keys.tail(key, 1), StandardCharsets.UTF_8);
        return store.get(key) == null || !namespace.refersTo(object)
                ? null
                : new Wrong(Kind.GARBAGE_IN_USE, "object=" + object, new WriteBatch().delete(key));
    }

    private Wrong directoryNames(long ino) {
        Inode inode = inode(ino);
        List<Name> names = inode != null && inode.isDirectory() ? namespace.names(ino) : List.of();
        int allowed = ino == Namespace.ROOT ? 0 : 1;
        if (names.size() <= allowed) {
            return null;
        }
        Name surplus = names.get(names.size() - 1);
        Entry entry = namespace.entry(surplus.directory(), surplus.bytes());
        WriteBatch mend = new WriteBatch().delete(Keys.nameOf(ino, surplus.directory(), surplus.bytes()));
        if (entry != null && entry.ino() == ino) {
            mend.delete(Keys.entry(surplus.directory(), surplus.bytes()))
                    .delete(Keys.listing(surplus.directory(), entry.slot()));
        }
        return new Wrong(Kind.DIRECTORY_NAMES, where(surplus.directory(), surplus.bytes(), ino), mend);
    }

    /** A directory in a ring of directories: it loses its name here and is an orphan from now on. */
    private Wrong unreachable(long ino) {
        Inode inode = inode(ino);
        if (inode == null || !inode.isDirectory()) {
            return null;
        }
        Set<Long> way = new HashSet<>();
        long at = ino;
        while (at != Namespace.ROOT && !reachable.containsKey(at) && way.size() < MAX_DEPTH) {
            if (!way.add(at)) {
                Name name = namespace.names(at).get(0);
                Entry entry = namespace.entry(name.directory(), name.bytes());
                WriteBatch mend = new WriteBatch()
                        .delete(Keys.nameOf(at, name.directory(), name.bytes()))
                        .delete(Keys.entry(name.directory(), name.bytes()));
                if (entry != null) {
                    mend.delete(Keys.listing(name.directory(), entry.slot()));
                }
                return new Wrong(Kind.UNREACHABLE, where(name.directory(), name.bytes(), at), mend);
            }
            List<Name> names = namespace.names(at);
            if (names.isEmpty()) {
                return null; // below an orphan, which is found by itself
            }
            at = names.get(0).directory();
        }
        way.forEach(each -> reachable.put(each, true));
        return null;
    }

    private Wrong linkCount(long ino) {
        Inode inode = inode(ino);
        if (inode == null) {
            return null;
        }
        int names = namespace.names(ino).size();
        if (names == 0 && ino != Namespace.ROOT) {
            return null; // an orphan
        }
        int right = names;
        if (inode.isDirectory()) {
            int[] links = {2};
            namespace.list(ino, 0, (name, child, type, slot) -> {
                links[0] += type == Entry.DIRECTORY ? 1 : 0;
                return true;
            });
            right = links[0];
        }
        return inode.nlink() == right
                ? null
                : new Wrong(
                        Kind.LINK_COUNT,
                        namespace.path(ino) + " ino=" + ino + " links=" + inode.nlink() + " counted=" + right,
                        new WriteBatch()
                                .put(
                                        Keys.inode(ino),
                                        inode.edit().nlink(right).build().encode()));
    }

    private String where(long directory, byte[] name, long ino) {
        String above = namespace.path(directory);
        return (above.equals("/") ? "" : above) + "/" + new String(name, StandardCharsets.UTF_8) + " ino=" + ino
                + " directory=" + directory;
    }
}
