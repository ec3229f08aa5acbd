package io.dcp.storage.namespace;

import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Inconsistencies of the tables, for tests of what finds them. */
public final class Planted {
    private Planted() {}

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    private static Entry entryOf(MetadataStore store, long directory, String name) {
        return Entry.decode(store.get(Keys.entry(directory, bytes(name))));
    }

    private static byte[] listingOf(int type, long ino, String name) {
        return ByteBuffer.allocate(Change.LISTING_HEAD_BYTES + bytes(name).length)
                .put((byte) type)
                .putLong(ino)
                .put(bytes(name))
                .array();
    }

    /** A wrong link count. */
    public static WriteBatch links(MetadataStore store, long ino, int links) {
        Inode inode = Inode.decode(store.get(Keys.inode(ino)));
        return new WriteBatch()
                .put(Keys.inode(ino), inode.edit().nlink(links).build().encode());
    }

    /** A name that is in no listing. */
    public static WriteBatch withoutListing(MetadataStore store, long directory, String name) {
        return new WriteBatch()
                .delete(Keys.listing(directory, entryOf(store, directory, name).slot()));
    }

    /** A name of which its inode does not know. */
    public static WriteBatch withoutReverseName(long directory, String name, long ino) {
        return new WriteBatch().delete(Keys.nameOf(ino, directory, bytes(name)));
    }

    /** A name that is listed and not there. */
    public static WriteBatch listing(long directory, long slot, String name, long ino) {
        return new WriteBatch().put(Keys.listing(directory, slot), listingOf(8, ino, name));
    }

    /** A name that an inode remembers and does not have. */
    public static WriteBatch reverseName(long directory, String name, long ino) {
        return new WriteBatch().put(Keys.nameOf(ino, directory, bytes(name)), new byte[0]);
    }

    /** What is kept of a file without a name. */
    public static WriteBatch orphan(Inode inode) {
        return new WriteBatch().put(Keys.orphan(inode.mirrorInode()), inode.encode());
    }

    /** A complete name. */
    public static WriteBatch entry(long directory, String name, long ino, int type, long slot) {
        return new WriteBatch()
                .put(Keys.entry(directory, bytes(name)), new Entry(ino, type, slot, 0).encode())
                .put(Keys.listing(directory, slot), listingOf(type, ino, name))
                .put(Keys.nameOf(ino, directory, bytes(name)), new byte[0]);
    }

    /** A name that tells a wrong type. */
    public static WriteBatch type(MetadataStore store, long directory, String name, int type) {
        Entry entry = entryOf(store, directory, name);
        return new WriteBatch()
                .put(
                        Keys.entry(directory, bytes(name)),
                        new Entry(entry.ino(), type, entry.slot(), entry.mirrorGeneration()).encode());
    }

    /** An inode that has lost a name. */
    public static WriteBatch withoutName(MetadataStore store, long directory, String name) {
        Entry entry = entryOf(store, directory, name);
        return new WriteBatch()
                .delete(Keys.entry(directory, bytes(name)))
                .delete(Keys.listing(directory, entry.slot()))
                .delete(Keys.nameOf(entry.ino(), directory, bytes(name)));
    }

    /** A directory that is somewhere else than it was. */
    public static WriteBatch moved(MetadataStore store, long directory, String name, long to, String newName) {
        Entry entry = entryOf(store, directory, name);
        return withoutName(store, directory, name)
                .put(Keys.entry(to, bytes(newName)), entry.encode())
                .put(Keys.listing(to, entry.slot()), listingOf(entry.type(), entry.ino(), newName))
                .put(Keys.nameOf(entry.ino(), to, bytes(newName)), new byte[0]);
    }

    /** Records of an inode that does not exist. */
    public static WriteBatch attribute(long ino) {
        return new WriteBatch()
                .put(Keys.xattr(ino, bytes("user.x")), bytes("x"))
                .put(Keys.dirty(ino), new byte[0]);
    }

    /** A mirror file of an inode that does not exist. */
    public static WriteBatch mirrorFile(long mirrorInode, long ino) {
        return new WriteBatch().put(Keys.mirror(mirrorInode), Keys.inode(ino));
    }

    /** An object that is to be deleted. */
    public static WriteBatch garbage(String object) {
        return new WriteBatch().put(Keys.garbage(bytes(object)), new byte[0]);
    }
}
