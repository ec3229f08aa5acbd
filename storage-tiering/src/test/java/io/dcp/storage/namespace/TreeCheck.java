package io.dcp.storage.namespace;

import io.dcp.storage.metadata.MetadataStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks whether the records of a tree agree with each other, as fsck does. */
public final class TreeCheck {
    private final MetadataStore store;
    private final List<String> problems = new ArrayList<>();
    private final Map<Long, Inode> inodes = new HashMap<>();
    private final Map<Long, Integer> names = new HashMap<>();
    private final Map<Long, Integer> subdirectories = new HashMap<>();

    private TreeCheck(MetadataStore store) {
        this.store = store;
    }

    /** What is wrong; empty if nothing is. */
    public static List<String> problems(MetadataStore store) {
        TreeCheck check = new TreeCheck(store);
        check.run();
        return check.problems;
    }

    private void run() {
        family('I', (key, value) -> inodes.put(Keys.numberIn(key), Inode.decode(value)));
        family('D', this::entry);
        int[] listed = {0};
        family('L', (key, value) -> {
            listed[0]++;
            byte[] name = Keys.tail(value, Change.LISTING_HEAD_BYTES);
            byte[] entry = store.get(Keys.entry(Keys.numberIn(key), name));
            expect(
                    entry != null
                            && Entry.decode(entry).slot() == Change.slotIn(key)
                            && Entry.decode(entry).ino()
                                    == ByteBuffer.wrap(value).getLong(1),
                    "listing without its entry: directory=" + Keys.numberIn(key));
        });
        int[] named = {0};
        family('N', (key, value) -> {
            named[0]++;
            byte[] entry = store.get(Keys.entry(Change.directoryIn(key), Keys.tail(key, 17)));
            expect(
                    entry != null && Entry.decode(entry).ino() == Keys.numberIn(key),
                    "name of an inode without its entry: ino=" + Keys.numberIn(key));
        });
        int entries = names.values().stream().mapToInt(Integer::intValue).sum();
        expect(listed[0] == entries, "listings " + listed[0] + " entries " + entries);
        expect(named[0] == entries, "names " + named[0] + " entries " + entries);
        inodes.forEach(this::inode);
        Namespace namespace = open();
        family('M', (key, value) -> {
            Inode inode = inodes.get(Keys.numberIn(value));
            expect(
                    inode != null && (!namespace.isOnMirror(inode) || inode.mirrorInode() == Keys.numberIn(key)),
                    "mirror file of no inode: ino=" + Keys.numberIn(value));
        });
        for (char family : new char[] {'X', 'C', 'W'}) {
            family(
                    family,
                    (key, value) -> expect(
                            inodes.containsKey(Keys.numberIn(key)),
                            family + " of no inode: ino=" + Keys.numberIn(key)));
        }
    }

    private Namespace open() {
        try {
            return Namespace.open(store);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void entry(byte[] key, byte[] value) {
        Entry entry = Entry.decode(value);
        Inode inode = inodes.get(entry.ino());
        Inode directory = inodes.get(Keys.numberIn(key));
        expect(inode != null, "entry of no inode: ino=" + entry.ino());
        expect(directory != null && directory.isDirectory(), "entry in no directory: ino=" + Keys.numberIn(key));
        expect(
                store.get(Keys.listing(Keys.numberIn(key), entry.slot())) != null,
                "entry without a listing: ino=" + entry.ino());
        names.merge(entry.ino(), 1, Integer::sum);
        if (inode != null) {
            expect(entry.type() == Entry.typeOf(inode.mode()), "entry of another type: " + inode);
            if (inode.isDirectory()) {
                subdirectories.merge(Keys.numberIn(key), 1, Integer::sum);
            }
        }
    }

    private void inode(long ino, Inode inode) {
        int named = names.getOrDefault(ino, 0);
        if (inode.isDirectory()) {
            expect(named == (ino == Namespace.ROOT ? 0 : 1), "directory with " + named + " names: " + inode);
            int expected = 2 + subdirectories.getOrDefault(ino, 0);
            expect(inode.nlink() == expected, "directory should have " + expected + " links: " + inode);
        } else {
            expect(named > 0 && named == inode.nlink(), named + " names: " + inode);
        }
    }

    /** Receives one record. */
    private interface Visitor {
        void visit(byte[] key, byte[] value);
    }

    private void family(char family, Visitor visitor) {
        store.scan(Keys.family(family), Keys.family((char) (family + 1)), (key, value) -> {
            visitor.visit(key, value);
            return true;
        });
    }

    private void expect(boolean good, String problem) {
        if (!good) {
            problems.add(problem);
        }
    }
}
