package io.dcp.storage.namespace;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The keys of the namespace. All numbers are big-endian, so that keys sort by them.
 *
 * <pre>
 *   'V'                          volume record
 *   'K'                          length of a chunk in bytes
 *   'I' ino                      inode
 *   'D' directory name           entry: ino, type, slot, mirror generation
 *   'L' directory slot           listing: ino, type, name
 *   'N' ino directory name       a name of an inode (empty value)
 *   'M' mirror-inode             ino
 *   'O' mirror-inode             inode without a name that programs may have open
 *   'X' ino name                 extended attribute
 *   'C' ino index                chunk reference
 *   'W' ino                      may differ from the object store (empty value)
 *   'S' session                  last completed request: id
 *   'G' object key               object to be deleted (empty value)
 *   'P'                          use of the mirror: whether it was closed in order, in which boot
 * </pre>
 */
final class Keys {
    private Keys() {}

    static byte[] volume() {
        return new byte[] {'V'};
    }

    static byte[] chunkBytes() {
        return new byte[] {'K'};
    }

    static byte[] mirrorUse() {
        return new byte[] {'P'};
    }

    static byte[] inode(long ino) {
        return numbered('I', ino);
    }

    static byte[] entry(long directory, byte[] name) {
        return named('D', directory, name);
    }

    static byte[] listing(long directory, long slot) {
        return ByteBuffer.allocate(17)
                .put((byte) 'L')
                .putLong(directory)
                .putLong(slot)
                .array();
    }

    static byte[] nameOf(long ino, long directory, byte[] name) {
        return ByteBuffer.allocate(17 + name.length)
                .put((byte) 'N')
                .putLong(ino)
                .putLong(directory)
                .put(name)
                .array();
    }

    static byte[] mirror(long mirrorInode) {
        return numbered('M', mirrorInode);
    }

    static byte[] orphan(long mirrorInode) {
        return numbered('O', mirrorInode);
    }

    static byte[] xattr(long ino, byte[] name) {
        return named('X', ino, name);
    }

    static byte[] chunk(long ino, long index) {
        return ByteBuffer.allocate(17)
                .put((byte) 'C')
                .putLong(ino)
                .putLong(index)
                .array();
    }

    static byte[] dirty(long ino) {
        return numbered('W', ino);
    }

    static byte[] session(long session) {
        return numbered('S', session);
    }

    static byte[] garbage(byte[] objectKey) {
        return ByteBuffer.allocate(1 + objectKey.length)
                .put((byte) 'G')
                .put(objectKey)
                .array();
    }

    /** The first key of a family, or of a family's part that belongs to one number. */
    static byte[] family(char family) {
        return new byte[] {(byte) family};
    }

    static byte[] numbered(char family, long number) {
        return ByteBuffer.allocate(9).put((byte) family).putLong(number).array();
    }

    /** The key that ends the range of everything that begins with {@code prefix}. */
    static byte[] after(byte[] prefix) {
        byte[] end = prefix.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] != (byte) 0xff) {
                end[i]++;
                return Arrays.copyOf(end, i + 1);
            }
        }
        throw new IllegalArgumentException("no key follows a prefix of all ones");
    }

    static long numberIn(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static byte[] tail(byte[] key, int from) {
        return Arrays.copyOfRange(key, from, key.length);
    }

    private static byte[] named(char family, long number, byte[] name) {
        return ByteBuffer.allocate(9 + name.length)
                .put((byte) family)
                .putLong(number)
                .put(name)
                .array();
    }
}
