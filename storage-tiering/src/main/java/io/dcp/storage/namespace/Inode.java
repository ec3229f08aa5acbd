package io.dcp.storage.namespace;

import io.dcp.ipc.kernel.Stat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One file, directory, link or special file of the tree, as last recorded. Immutable: {@link #edit()} makes the next
 * version.
 *
 * <p>For a file that is on the mirror, the kernel knows size, mode, owner and mtime at least as well as this record,
 * because programs write to it natively. What only the record knows: {@code ino}, {@code nlink}, {@code btime}, and
 * {@code ctime} as long as the mirror file still shows {@code mirrorCtime}; a later time there is a native change, and
 * then the true ctime.
 */
public final class Inode {
    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 1 + 8 + 4 * 4 + 8 + 8 + 4 * 12 + 8 + 4 + 12 + 12 + 1 + 4;
    private static final int PRESENT = 1;
    private static final int HAS_XATTRS = 2;
    private static final int FETCHED = 4;

    private final long ino;
    private final int mode;
    private final int uid;
    private final int gid;
    private final int nlink;
    private final long rdev;
    private final long sizeBytes;
    private final Moment atime;
    private final Moment mtime;
    private final Moment ctime;
    private final Moment btime;
    private final long mirrorInode;
    private final int mirrorGeneration;
    private final Moment mirrorBtime;
    private final Moment mirrorCtime;
    private final boolean present;
    private final boolean fetched;
    private final boolean hasXattrs;
    private final byte[] target;

    private Inode(Draft draft) {
        this.ino = draft.ino;
        this.mode = draft.mode;
        this.uid = draft.uid;
        this.gid = draft.gid;
        this.nlink = draft.nlink;
        this.rdev = draft.rdev;
        this.sizeBytes = draft.sizeBytes;
        this.atime = draft.atime;
        this.mtime = draft.mtime;
        this.ctime = draft.ctime;
        this.btime = draft.btime;
        this.mirrorInode = draft.mirrorInode;
        this.mirrorGeneration = draft.mirrorGeneration;
        this.mirrorBtime = draft.mirrorBtime;
        this.mirrorCtime = draft.mirrorCtime;
        this.present = draft.present;
        this.fetched = draft.fetched;
        this.hasXattrs = draft.hasXattrs;
        this.target = draft.target;
    }

    /** Starts the record of a new inode with the given number. */
    public static Draft create(long ino) {
        Draft draft = new Draft();
        draft.ino = ino;
        return draft;
    }

    /** Starts the next version of this record. */
    public Draft edit() {
        Draft draft = new Draft();
        draft.ino = ino;
        draft.mode = mode;
        draft.uid = uid;
        draft.gid = gid;
        draft.nlink = nlink;
        draft.rdev = rdev;
        draft.sizeBytes = sizeBytes;
        draft.atime = atime;
        draft.mtime = mtime;
        draft.ctime = ctime;
        draft.btime = btime;
        draft.mirrorInode = mirrorInode;
        draft.mirrorGeneration = mirrorGeneration;
        draft.mirrorBtime = mirrorBtime;
        draft.mirrorCtime = mirrorCtime;
        draft.present = present;
        draft.fetched = fetched;
        draft.hasXattrs = hasXattrs;
        draft.target = target;
        return draft;
    }

    /** The number that programs see; never used again for another file. */
    public long ino() {
        return ino;
    }

    /** Type and permission bits, as in {@code st_mode}. */
    public int mode() {
        return mode;
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    /** Names of this inode; for a directory 2 and one for each directory in it. */
    public int nlink() {
        return nlink;
    }

    public long rdev() {
        return rdev;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    public Moment atime() {
        return atime;
    }

    public Moment mtime() {
        return mtime;
    }

    public Moment ctime() {
        return ctime;
    }

    public Moment btime() {
        return btime;
    }

    /** Its inode number on the mirror's file system; meaningful only in {@link #mirrorGeneration()}. */
    public long mirrorInode() {
        return mirrorInode;
    }

    /** The generation of the mirror on which this inode was materialized; 0 for never. */
    public int mirrorGeneration() {
        return mirrorGeneration;
    }

    /** Birth time of the mirror file: tells it from a later file with the same number. */
    public Moment mirrorBtime() {
        return mirrorBtime;
    }

    /** What the mirror file's ctime was when this record was made from it. */
    public Moment mirrorCtime() {
        return mirrorCtime;
    }

    /** Whether the mirror file, if there is one, holds the contents (else it is a hole of the right size). */
    public boolean present() {
        return present;
    }

    /**
     * Whether contents that are {@link #present()} were brought from the object store and may not be on the disk, so that
     * they must not be believed after a loss of power. Nobody has been given them for writing.
     */
    public boolean fetched() {
        return fetched;
    }

    public boolean hasXattrs() {
        return hasXattrs;
    }

    /** What a symbolic link says; empty for everything else. The caller must not change it. */
    public byte[] target() {
        return target;
    }

    public boolean isDirectory() {
        return (mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }

    public boolean isRegular() {
        return (mode & Stat.S_IFMT) == Stat.S_IFREG;
    }

    public boolean isSymlink() {
        return (mode & Stat.S_IFMT) == Stat.S_IFLNK;
    }

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + target.length);
        out.put(FORMAT).putLong(ino).putInt(mode).putInt(uid).putInt(gid).putInt(nlink);
        out.putLong(rdev).putLong(sizeBytes);
        put(out, atime);
        put(out, mtime);
        put(out, ctime);
        put(out, btime);
        out.putLong(mirrorInode).putInt(mirrorGeneration);
        put(out, mirrorBtime);
        put(out, mirrorCtime);
        out.put((byte) ((present ? PRESENT : 0) | (fetched ? FETCHED : 0) | (hasXattrs ? HAS_XATTRS : 0)));
        out.putInt(target.length).put(target);
        return out.array();
    }

    static Inode decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte format = in.get();
        if (format != FORMAT) {
            throw new IllegalStateException("inode record of an unknown format: format=" + format);
        }
        Draft draft = new Draft();
        draft.ino = in.getLong();
        draft.mode = in.getInt();
        draft.uid = in.getInt();
        draft.gid = in.getInt();
        draft.nlink = in.getInt();
        draft.rdev = in.getLong();
        draft.sizeBytes = in.getLong();
        draft.atime = moment(in);
        draft.mtime = moment(in);
        draft.ctime = moment(in);
        draft.btime = moment(in);
        draft.mirrorInode = in.getLong();
        draft.mirrorGeneration = in.getInt();
        draft.mirrorBtime = moment(in);
        draft.mirrorCtime = moment(in);
        byte flags = in.get();
        draft.present = (flags & PRESENT) != 0;
        draft.fetched = (flags & FETCHED) != 0;
        draft.hasXattrs = (flags & HAS_XATTRS) != 0;
        draft.target = new byte[in.getInt()];
        in.get(draft.target);
        return draft.build();
    }

    private static void put(ByteBuffer out, Moment moment) {
        out.putLong(moment.seconds()).putInt(moment.nanos());
    }

    private static Moment moment(ByteBuffer in) {
        return new Moment(in.getLong(), in.getInt());
    }

    @Override
    public String toString() {
        return "inode " + ino + " mode=0" + Integer.toOctalString(mode) + " nlink=" + nlink + " size=" + sizeBytes
                + (target.length > 0 ? " -> " + new String(target, StandardCharsets.ISO_8859_1) : "");
    }

    /** The next version of an inode while it is being put together. Not thread-safe. */
    public static final class Draft {
        private long ino;
        private int mode;
        private int uid;
        private int gid;
        private int nlink;
        private long rdev;
        private long sizeBytes;
        private Moment atime = Moment.ZERO;
        private Moment mtime = Moment.ZERO;
        private Moment ctime = Moment.ZERO;
        private Moment btime = Moment.ZERO;
        private long mirrorInode;
        private int mirrorGeneration;
        private Moment mirrorBtime = Moment.ZERO;
        private Moment mirrorCtime = Moment.ZERO;
        private boolean present;
        private boolean fetched;
        private boolean hasXattrs;
        private byte[] target = new byte[0];

        private Draft() {}

        public Draft mode(int value) {
            mode = value;
            return this;
        }

        public Draft owner(int newUid, int newGid) {
            uid = newUid;
            gid = newGid;
            return this;
        }

        public Draft nlink(int value) {
            nlink = value;
            return this;
        }

        public Draft rdev(long value) {
            rdev = value;
            return this;
        }

        public Draft sizeBytes(long value) {
            sizeBytes = value;
            return this;
        }

        public Draft atime(Moment value) {
            atime = value;
            return this;
        }

        public Draft mtime(Moment value) {
            mtime = value;
            return this;
        }

        public Draft ctime(Moment value) {
            ctime = value;
            return this;
        }

        public Draft btime(Moment value) {
            btime = value;
            return this;
        }

        /** Says which file of which mirror this inode is. */
        public Draft onMirror(int generation, long inode, Moment birth, Moment change) {
            mirrorGeneration = generation;
            mirrorInode = inode;
            mirrorBtime = birth;
            mirrorCtime = change;
            return this;
        }

        public Draft mirrorCtime(Moment value) {
            mirrorCtime = value;
            return this;
        }

        public Draft present(boolean value) {
            present = value;
            return this;
        }

        public Draft fetched(boolean value) {
            fetched = value;
            return this;
        }

        public Draft hasXattrs(boolean value) {
            hasXattrs = value;
            return this;
        }

        public Draft target(byte[] value) {
            target = value;
            return this;
        }

        public Inode build() {
            return new Inode(this);
        }
    }
}
