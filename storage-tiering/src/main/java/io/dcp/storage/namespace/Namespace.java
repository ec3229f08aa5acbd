package io.dcp.storage.namespace;

import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.ChunkStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * Reads the tree, and opens {@link Change}s of it.
 *
 * <p>Any thread. Reads take no lock unless a record is not cached. Changes exclude each other; what one of them reads is
 * therefore current until it commits.
 */
public final class Namespace {
    /** The inode number of the root directory, as on ext4. */
    public static final long ROOT = 2;

    private static final long FIRST_INODE = 16;
    private static final long FIRST_SLOT = 16;
    private static final int MAX_CACHED = 50_000;
    private static final int MAX_SHOWN_DEPTH = 64;

    private final MetadataStore store;
    final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<Long, Inode> inodes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Long> byMirror = new ConcurrentHashMap<>();
    final Orphans orphans = new Orphans();
    private volatile Volume volume;
    private Observer observer;
    private long nextInode;
    private long nextSlot;

    /** Is told of records as they become the present ones, under the lock that changes exclude each other by. */
    public interface Observer {
        /** This is an inode's record from now on. */
        void recorded(Inode inode);

        /** No inode with a name has its file under this number of the mirror. */
        void forgotten(long mirrorInode);

        /** Anything may have changed. */
        void forgotten();
    }

    /** Receives the entries of a directory. */
    @FunctionalInterface
    public interface Lister {
        /** Takes one entry; returns whether the listing shall go on. */
        boolean entry(byte[] name, long ino, int type, long slot);
    }

    private Namespace(MetadataStore store, Volume volume) {
        this.store = store;
        this.volume = volume;
        this.nextInode = volume.inodesReserved();
        this.nextSlot = volume.slotsReserved();
        loadOrphans();
    }

    private void loadOrphans() {
        orphans.clear();
        store.scan(Keys.family('O'), Keys.family('P'), (key, value) -> {
            orphans.put(Inode.decode(value));
            return true;
        });
    }

    /**
     * Opens the tree in a store, or begins one there.
     *
     * @throws IllegalStateException if what is there is of a format that this version does not know
     */
    public static Namespace open(MetadataStore store) throws IOException {
        byte[] record = store.get(Keys.volume());
        if (record != null) {
            return new Namespace(store, Volume.decode(record));
        }
        SecureRandom random = new SecureRandom();
        Volume fresh = new Volume(random.nextLong(), random.nextLong(), FIRST_INODE, FIRST_SLOT, 1, false, false);
        store.commit(new WriteBatch().put(Keys.volume(), fresh.encode()));
        return new Namespace(store, fresh);
    }

    /** The {@code st_dev} of every file in the tree. */
    public long device() {
        return volume.device();
    }

    /** Counts mirrors, see {@link Entry#mirrorGeneration()}. */
    public int mirrorGeneration() {
        return volume.mirrorGeneration();
    }

    /** Whether the mirror may lack names or contents that the tree has. */
    public boolean isCold() {
        return volume.cold();
    }

    /** Whether what an older mirror held may still be in the mirror's directory. */
    public boolean isSweeping() {
        return volume.sweeping();
    }

    /** How the mirror was used last; null if it was not. */
    public MirrorUse mirrorUse() {
        byte[] record = store.get(Keys.mirrorUse());
        return record == null ? null : MirrorUse.decode(record);
    }

    /** Finds an inode; null if there is none with this number. */
    public Inode inode(long ino) {
        Inode cached = inodes.get(ino);
        return cached != null ? cached : loadInode(ino);
    }

    private Inode loadInode(long ino) {
        lock.lock();
        try {
            byte[] record = store.get(Keys.inode(ino));
            if (record == null) {
                return null;
            }
            Inode inode = Inode.decode(record);
            remember(inodes, ino, inode);
            return inode;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds the inode whose mirror file is the given one; null if the tree does not know the file.
     *
     * @param mirrorInode its number on the mirror's file system
     * @param birth its birth time, which tells it from an earlier file with the same number
     */
    public Inode byMirror(long mirrorInode, Moment birth) {
        Long ino = byMirror.get(mirrorInode);
        if (ino == null) {
            ino = loadByMirror(mirrorInode);
            if (ino == null) {
                return null;
            }
        }
        Inode inode = inode(ino);
        return inode != null
                        && inode.mirrorInode() == mirrorInode
                        && isOnMirror(inode)
                        && inode.mirrorBtime().equals(birth)
                ? inode
                : null;
    }

    /**
     * Finds the record of a file that has no name, but may be open in programs; null if none is known.
     *
     * @param mirrorInode its number on the mirror's file system
     * @param birth its birth time, which tells it from a later file with the same number
     */
    public Inode orphan(long mirrorInode, Moment birth) {
        Inode orphan = orphans.get(mirrorInode);
        return orphan != null && orphan.mirrorBtime().equals(birth) ? orphan : null;
    }

    /** Whether a number on the mirror's file system is that of a file of the tree. */
    public boolean isOnMirror(long mirrorInode) {
        Long ino = loadByMirror(mirrorInode);
        Inode inode = ino == null ? null : inode(ino);
        return inode != null && inode.mirrorInode() == mirrorInode && isOnMirror(inode);
    }

    private Long loadByMirror(long mirrorInode) {
        lock.lock();
        try {
            byte[] record = store.get(Keys.mirror(mirrorInode));
            if (record == null) {
                return null;
            }
            long ino = Keys.numberIn(record);
            remember(byMirror, mirrorInode, ino);
            return ino;
        } finally {
            lock.unlock();
        }
    }

    /** Finds a name in a directory; null if there is none. */
    public Entry entry(long directory, byte[] name) {
        byte[] record = store.get(Keys.entry(directory, name));
        return record == null ? null : Entry.decode(record);
    }

    /** Whether the inode's file exists on today's mirror. */
    public boolean isOnMirror(Inode inode) {
        return inode.mirrorGeneration() == volume.mirrorGeneration();
    }

    /** Whether the name exists on today's mirror. */
    public boolean isOnMirror(Entry entry) {
        return entry.mirrorGeneration() == volume.mirrorGeneration();
    }

    /** Visits a directory's entries in the order of their slots, from the first slot after the given one. */
    public void list(long directory, long afterSlot, Lister lister) {
        store.scan(
                Keys.listing(directory, afterSlot + 1),
                Keys.after(Keys.numbered('L', directory)),
                (key, value) -> lister.entry(
                        Keys.tail(value, Change.LISTING_HEAD_BYTES),
                        Keys.numberIn(value),
                        value[0],
                        Change.slotIn(key)));
    }

    /** Whether a directory has no entries. */
    public boolean isEmpty(long directory) {
        boolean[] empty = {true};
        list(directory, 0, (name, ino, type, slot) -> {
            empty[0] = false;
            return false;
        });
        return empty[0];
    }

    /** The names of an inode; none for the root and for what is unlinked. */
    public List<Name> names(long ino) {
        return names(ino, Integer.MAX_VALUE);
    }

    /** Some of the names of an inode, at most that many. */
    public List<Name> names(long ino, int atMost) {
        List<Name> names = new ArrayList<>(1);
        byte[] prefix = Keys.numbered('N', ino);
        store.scan(prefix, Keys.after(prefix), (key, value) -> {
            names.add(new Name(Change.directoryIn(key), Keys.tail(key, 17)));
            return names.size() < atMost;
        });
        return names;
    }

    /** Where the contents are in the object store, by rising index; chunks that are not there are zeros. */
    public List<ChunkRef> chunks(long ino) {
        List<ChunkRef> refs = new ArrayList<>();
        byte[] prefix = Keys.numbered('C', ino);
        store.scan(prefix, Keys.after(prefix), (key, value) -> {
            refs.add(ChunkRecord.decode(Change.slotIn(key), value));
            return true;
        });
        return refs;
    }

    /** Visits an inode's extended attributes: name, value. */
    public void xattrs(long ino, BiConsumer<byte[], byte[]> visitor) {
        byte[] prefix = Keys.numbered('X', ino);
        store.scan(prefix, Keys.after(prefix), (key, value) -> {
            visitor.accept(Keys.tail(key, 9), value);
            return true;
        });
    }

    /** Whether an inode is marked as possibly newer than the object store. */
    public boolean isDirty(long ino) {
        return store.get(Keys.dirty(ino)) != null;
    }

    /** Whether an inode's contents on the mirror were fetched, see {@link Inode#fetched()}. */
    public boolean isFetched(long ino) {
        Inode inode = inode(ino);
        return inode != null && inode.fetched();
    }

    /** Visits the inodes that may be newer than the object store. */
    public void dirty(LongConsumer visitor) {
        store.scan(Keys.family('W'), Keys.family('X'), (key, value) -> {
            visitor.accept(Keys.numberIn(key));
            return true;
        });
    }

    /** Visits all inodes, in the order of their numbers. */
    public void allInodes(java.util.function.Consumer<Inode> visitor) {
        store.scan(Keys.family('I'), Keys.family('J'), (key, value) -> {
            visitor.accept(Inode.decode(value));
            return true;
        });
    }

    /** Visits the sessions that have completed a change: session, the change's request id. */
    public void sessions(BiConsumer<Long, Long> visitor) {
        store.scan(Keys.family('S'), Keys.family('T'), (key, value) -> {
            visitor.accept(Keys.numberIn(key), java.nio.ByteBuffer.wrap(value).getLong());
            return true;
        });
    }

    /** The keys of objects that nothing refers to any more, at most {@code limit} of them. */
    public List<byte[]> garbage(int limit) {
        List<byte[]> keys = new ArrayList<>();
        store.scan(Keys.family('G'), Keys.family('H'), (key, value) -> {
            keys.add(Keys.tail(key, 1));
            return keys.size() < limit;
        });
        return keys;
    }

    /** Visits all chunks, in the order of inode numbers and indices: inode number, reference. */
    public void allChunks(BiConsumer<Long, ChunkRef> visitor) {
        store.scan(Keys.family('C'), Keys.family('D'), (key, value) -> {
            visitor.accept(Keys.numberIn(key), ChunkRecord.decode(Change.slotIn(key), value));
            return true;
        });
    }

    /** One chunk of a file; null if it is a hole. */
    public ChunkRef chunk(long ino, long index) {
        byte[] record = store.get(Keys.chunk(ino, index));
        return record == null ? null : ChunkRecord.decode(index, record);
    }

    /** Whether the chunk for which an object was made is in that object. */
    public boolean refersTo(String object) {
        long[] place = ChunkStore.placeOf(object);
        ChunkRef ref = place == null ? null : chunk(place[0], place[1]);
        return ref != null && ref.key().equals(object);
    }

    /** Whether an object is in use, or known as one to be deleted. */
    public boolean isKnown(String object) {
        return refersTo(object) || store.get(Keys.garbage(object.getBytes(StandardCharsets.UTF_8))) != null;
    }

    /** A path to an inode from the tree's root, for people. */
    public String path(long ino) {
        StringBuilder path = new StringBuilder();
        long at = ino;
        for (int depth = 0; at != ROOT && depth < MAX_SHOWN_DEPTH; depth++) {
            List<Name> names = names(at);
            if (names.isEmpty()) {
                return "?" + path;
            }
            path.insert(0, "/" + new String(names.get(0).bytes(), StandardCharsets.UTF_8));
            at = names.get(0).directory();
        }
        return path.length() == 0 ? "/" : path.toString();
    }

    /** Changes records whatever they are, and forgets what was remembered of them. The caller holds the lock. */
    void mend(WriteBatch batch) throws IOException {
        store.commit(batch);
        inodes.clear();
        byMirror.clear();
        loadOrphans();
        if (observer != null) {
            observer.forgotten();
        }
    }

    /** Sets who is told of every change; he knows nothing yet. */
    public void observe(Observer newObserver) {
        lock.lock();
        try {
            observer = newObserver;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the observer of a record that has not changed; nothing if there is none. */
    public void show(long ino) {
        lock.lock();
        try {
            Inode inode = inode(ino);
            if (observer != null && inode != null) {
                observer.recorded(inode);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has the observer forget a file of the mirror. */
    public void conceal(long mirrorInode) {
        lock.lock();
        try {
            if (observer != null) {
                observer.forgotten(mirrorInode);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins a change; waits for another thread's to end. Close it in any case. */
    public Change change() {
        lock.lock();
        return new Change(this, store);
    }

    long allocateInode() {
        return nextInode++;
    }

    long allocateSlot() {
        return nextSlot++;
    }

    /** A new volume record if numbers beyond the reserved ones were given away, else null. */
    Volume reserve() {
        Volume now = volume;
        if (nextInode <= now.inodesReserved() && nextSlot <= now.slotsReserved()) {
            return null;
        }
        return now.withReserved(
                Math.max(now.inodesReserved(), nextInode + 4096), Math.max(now.slotsReserved(), nextSlot + 4096));
    }

    Volume volume() {
        return volume;
    }

    void committed(Volume newVolume) {
        boolean isOther =
                volume.mirrorGeneration() != newVolume.mirrorGeneration() || volume.cold() != newVolume.cold();
        volume = newVolume;
        if (isOther && observer != null) {
            observer.forgotten();
        }
    }

    void committed(long ino, Inode inodeOrNull) {
        if (inodeOrNull == null) {
            inodes.remove(ino);
        } else {
            remember(inodes, ino, inodeOrNull);
            if (observer != null) {
                observer.recorded(inodeOrNull);
            }
        }
    }

    void committedMirror(long mirrorInode, Long inoOrNull) {
        if (inoOrNull == null) {
            byMirror.remove(mirrorInode);
            if (observer != null) {
                observer.forgotten(mirrorInode);
            }
        } else {
            remember(byMirror, mirrorInode, inoOrNull);
        }
    }

    private static <V> void remember(ConcurrentHashMap<Long, V> cache, long key, V value) {
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(key, value);
    }
}
