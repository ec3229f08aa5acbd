package io.dcp.storage.namespace;

import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import io.dcp.storage.tier.ChunkRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One transaction on the tree: it is committed as a whole or has not happened. Reads through it see what it has done so
 * far. One thread; holds the namespace's lock from {@link Namespace#change()} until {@link #close()}, so nothing that
 * waits may be done meanwhile.
 */
public final class Change implements AutoCloseable {
    /** Before the name in a listing record: type, inode number. */
    static final int LISTING_HEAD_BYTES = 9;

    private static final byte[] NOTHING = {};

    private final Namespace namespace;
    private final MetadataStore store;
    private final WriteBatch batch = new WriteBatch();
    private final Map<Long, Inode> inodes = new HashMap<>();
    private final Map<Name, Entry> entries = new HashMap<>();
    private final Map<Long, Long> mirror = new HashMap<>();
    private final Map<Name, Long> freedSlots = new HashMap<>();

    /** By the mirror's number; null for one to be forgotten. */
    private final Map<Long, Inode> orphans = new LinkedHashMap<>();

    private Volume volume;

    Change(Namespace namespace, MetadataStore store) {
        this.namespace = namespace;
        this.store = store;
        this.volume = namespace.volume();
    }

    /** As {@link Namespace#inode}. */
    public Inode inode(long ino) {
        return inodes.containsKey(ino) ? inodes.get(ino) : namespace.inode(ino);
    }

    /** As {@link Namespace#entry}. */
    public Entry entry(Name name) {
        return entries.containsKey(name) ? entries.get(name) : namespace.entry(name.directory(), name.bytes());
    }

    /** A number for a new inode. */
    public long allocateInode() {
        return namespace.allocateInode();
    }

    /** Records a new inode or the next version of one. */
    public void put(Inode inode) {
        Inode before = inode(inode.ino());
        inodes.put(inode.ino(), inode);
        batch.put(Keys.inode(inode.ino()), inode.encode());
        if (isOnMirror(inode)
                && (before == null || !isOnMirror(before) || before.mirrorInode() != inode.mirrorInode())) {
            if (before != null && before.mirrorInode() != inode.mirrorInode()) {
                forgetMirror(before);
            }
            batch.put(Keys.mirror(inode.mirrorInode()), Keys.inode(inode.ino()));
            mirror.put(inode.mirrorInode(), inode.ino());
        }
    }

    private boolean isOnMirror(Inode inode) {
        return inode.mirrorGeneration() == volume.mirrorGeneration();
    }

    /** Forgets which mirror file an inode is or was, unless that number is another inode's by now. */
    private void forgetMirror(Inode inode) {
        long number = inode.mirrorInode();
        byte[] owner = mirror.containsKey(number) ? null : store.get(Keys.mirror(number));
        if (owner != null && Keys.numberIn(owner) == inode.ino()) {
            batch.delete(Keys.mirror(number));
            mirror.put(number, null);
        }
    }

    /**
     * Adds a name; it must not exist. Does not count links. A name that was removed in this change keeps its place in
     * listings.
     */
    public void link(Name name, Inode inode, boolean onMirror) {
        Long freed = freedSlots.remove(name);
        Entry entry = new Entry(
                inode.ino(),
                Entry.typeOf(inode.mode()),
                freed != null ? freed : namespace.allocateSlot(),
                onMirror ? volume.mirrorGeneration() : 0);
        batch.put(Keys.entry(name.directory(), name.bytes()), entry.encode());
        batch.put(
                Keys.listing(name.directory(), entry.slot()),
                ByteBuffer.allocate(LISTING_HEAD_BYTES + name.bytes().length)
                        .put((byte) entry.type())
                        .putLong(entry.ino())
                        .put(name.bytes())
                        .array());
        batch.put(Keys.nameOf(inode.ino(), name.directory(), name.bytes()), NOTHING);
        entries.put(name, entry);
    }

    /** Removes a name that exists. Does not count links. */
    public void unlink(Name name) {
        Entry entry = Objects.requireNonNull(entry(name), "no such entry");
        batch.delete(Keys.entry(name.directory(), name.bytes()));
        batch.delete(Keys.listing(name.directory(), entry.slot()));
        batch.delete(Keys.nameOf(entry.ino(), name.directory(), name.bytes()));
        entries.put(name, null);
        freedSlots.put(name, entry.slot());
    }

    /** Records that an existing name is on the mirror now. */
    public void materialized(Name name) {
        Entry before = Objects.requireNonNull(entry(name), "no such entry");
        Entry entry = new Entry(before.ino(), before.type(), before.slot(), volume.mirrorGeneration());
        batch.put(Keys.entry(name.directory(), name.bytes()), entry.encode());
        entries.put(name, entry);
    }

    /** Records that the mirror lacks an existing name. */
    public void notOnMirror(Name name) {
        Entry before = Objects.requireNonNull(entry(name), "no such entry");
        Entry entry = new Entry(before.ino(), before.type(), before.slot(), 0);
        batch.put(Keys.entry(name.directory(), name.bytes()), entry.encode());
        entries.put(name, entry);
    }

    /** Records that the mirror lacks an inode's file. */
    public void lost(Inode inode) {
        forgetMirror(inode);
        put(inode.edit()
                .onMirror(0, 0, Moment.ZERO, Moment.ZERO)
                .present(!inode.isRegular() || inode.sizeBytes() == 0)
                .fetched(false)
                .build());
        dirty(inode.ino(), false);
    }

    /** Forgets an inode without names: its attributes and chunks. Its objects are left to be deleted later. */
    public void remove(Inode inode) {
        long ino = inode.ino();
        for (ChunkRef ref : namespace.chunks(ino)) {
            batch.delete(Keys.chunk(ino, ref.index()));
            discard(ref);
        }
        if (inode.hasXattrs()) {
            namespace.xattrs(ino, (name, value) -> batch.delete(Keys.xattr(ino, name)));
        }
        batch.delete(Keys.dirty(ino));
        batch.delete(Keys.inode(ino));
        inodes.put(ino, null);
        forgetMirror(inode);
    }

    /** Records what a file of the mirror is that has no name, but may be open in programs. */
    public void orphan(Inode inode) {
        orphans.put(inode.mirrorInode(), inode);
    }

    /** Forgets all files without a name: no program has one open. */
    public void noOrphans() {
        namespace.orphans.all().forEach(mirrorInode -> orphans.put(mirrorInode, null));
    }

    /** Replaces all extended attributes of an inode. */
    public void setXattrs(long ino, List<Xattr> values) {
        namespace.xattrs(ino, (name, value) -> batch.delete(Keys.xattr(ino, name)));
        values.forEach(xattr -> batch.put(Keys.xattr(ino, xattr.name()), xattr.value()));
    }

    /** Replaces the chunks of an inode; those that are not in the new list are left to be deleted later. */
    public void setChunks(long ino, List<ChunkRef> refs) {
        Map<Long, ChunkRef> old = new HashMap<>();
        namespace.chunks(ino).forEach(ref -> old.put(ref.index(), ref));
        for (ChunkRef ref : refs) {
            ChunkRef before = old.remove(ref.index());
            if (!ref.equals(before)) {
                batch.put(Keys.chunk(ino, ref.index()), ChunkRecord.encode(ref));
                if (before != null) {
                    discard(before);
                }
            }
        }
        old.values().forEach(ref -> {
            batch.delete(Keys.chunk(ino, ref.index()));
            discard(ref);
        });
    }

    /** Leaves an object to be deleted later. */
    public void discard(ChunkRef ref) {
        batch.put(Keys.garbage(ref.key().getBytes(StandardCharsets.UTF_8)), NOTHING);
    }

    /** Records that a discarded object is gone. */
    public void deleted(byte[] objectKey) {
        batch.delete(Keys.garbage(objectKey));
    }

    /** Marks an inode as possibly newer than the object store, or as equal to it. */
    public void dirty(long ino, boolean dirty) {
        if (dirty) {
            batch.put(Keys.dirty(ino), NOTHING);
        } else {
            batch.delete(Keys.dirty(ino));
        }
    }

    /** Records the last change that a session's caller need not ask for again. */
    public void completed(long session, long requestId) {
        batch.put(
                Keys.session(session), ByteBuffer.allocate(8).putLong(requestId).array());
    }

    /** Forgets a session. */
    public void ended(long session) {
        batch.delete(Keys.session(session));
    }

    /**
     * Begins a new, empty mirror: everything that the old one held counts as absent.
     *
     * @param sweeping whether the old one's files have to be removed from the mirror's directory
     * @return the new mirror's generation
     */
    public int newMirror(boolean cold, boolean sweeping) {
        noOrphans();
        volume = volume.withNewMirror(cold, sweeping);
        batch.put(Keys.volume(), volume.encode());
        return volume.mirrorGeneration();
    }

    /** Records how the mirror is used from now on. */
    public void mirrorUse(MirrorUse use) {
        batch.put(Keys.mirrorUse(), use.encode());
    }

    /** Records that the mirror may lack names or contents that the tree has. */
    public void cold() {
        volume = volume.withCold();
        batch.put(Keys.volume(), volume.encode());
    }

    /** Records that nothing of an older mirror is left in the mirror's directory. */
    public void swept() {
        volume = volume.swept();
        batch.put(Keys.volume(), volume.encode());
    }

    /**
     * Makes it so. When this returns, the change survives the death of the process.
     *
     * @throws IOException if it could not be recorded; then nothing has changed
     */
    public void commit() throws IOException {
        recordOrphans();
        if (batch.isEmpty()) {
            return;
        }
        Volume reserved = namespace.reserve();
        if (reserved != null) {
            volume = volume.withReserved(reserved.inodesReserved(), reserved.slotsReserved());
            batch.put(Keys.volume(), volume.encode());
        }
        // Before its other record is gone, so that a program that has the file open finds it all the time.
        orphans.values().stream().filter(Objects::nonNull).forEach(namespace.orphans::put);
        store.commit(batch);
        namespace.committed(volume);
        inodes.forEach(namespace::committed);
        mirror.forEach(namespace::committedMirror);
        orphans.forEach((mirrorInode, inode) -> {
            if (inode == null) {
                namespace.orphans.remove(mirrorInode);
            }
        });
    }

    /** A number that is a named file's now is no orphan's; and there is an end to their number. */
    private void recordOrphans() {
        mirror.forEach((mirrorInode, ino) -> {
            if (ino != null && namespace.orphans.get(mirrorInode) != null) {
                orphans.put(mirrorInode, null);
            }
        });
        // The kernel frees a number before the removal is recorded, so that a new file may have been recorded under it
        // first.
        orphans.replaceAll((mirrorInode, inode) -> isNumberOfNamed(mirrorInode) ? null : inode);
        if (!orphans.isEmpty()) {
            namespace.orphans.surplus(orphans.size()).forEach(mirrorInode -> orphans.putIfAbsent(mirrorInode, null));
        }
        orphans.forEach((mirrorInode, inode) -> {
            if (inode == null) {
                batch.delete(Keys.orphan(mirrorInode));
            } else {
                batch.put(Keys.orphan(mirrorInode), inode.encode());
            }
        });
    }

    private boolean isNumberOfNamed(long mirrorInode) {
        return mirror.containsKey(mirrorInode) ? mirror.get(mirrorInode) != null : namespace.isOnMirror(mirrorInode);
    }

    @Override
    public void close() {
        namespace.lock.unlock();
    }

    static long slotIn(byte[] key) {
        return ByteBuffer.wrap(key).getLong(9);
    }

    static long directoryIn(byte[] key) {
        return ByteBuffer.wrap(key).getLong(9);
    }
}
