package io.dcp.ipc.kernel;

import org.agrona.DirectBuffer;

/**
 * Holder of what {@code statx(2)} told, filled by {@link Kernel#statx}; reusable, for one thread at a time. Device
 * numbers are joined as {@code stat(2)} gives them. A field is valid if its bit is in {@link #mask()}.
 */
public final class Statx {
    /** Size of {@code struct statx}. */
    static final int SIZE_BYTES = 256;

    private int mask;
    private int blksize;
    private long attributes;
    private int nlink;
    private int uid;
    private int gid;
    private int mode;
    private long ino;
    private long size;
    private long blocks;
    private long atimeSec;
    private int atimeNs;
    private long btimeSec;
    private int btimeNs;
    private long ctimeSec;
    private int ctimeNs;
    private long mtimeSec;
    private int mtimeNs;
    private long rdev;
    private long dev;
    private long mntId;

    /** Reads the structure at {@code at}; the offsets are those of linux/stat.h. */
    void read(DirectBuffer from, int at) {
        mask = from.getInt(at);
        blksize = from.getInt(at + 4);
        attributes = from.getLong(at + 8);
        nlink = from.getInt(at + 16);
        uid = from.getInt(at + 20);
        gid = from.getInt(at + 24);
        mode = from.getShort(at + 28) & 0xffff;
        ino = from.getLong(at + 32);
        size = from.getLong(at + 40);
        blocks = from.getLong(at + 48);
        atimeSec = from.getLong(at + 64);
        atimeNs = from.getInt(at + 72);
        btimeSec = from.getLong(at + 80);
        btimeNs = from.getInt(at + 88);
        ctimeSec = from.getLong(at + 96);
        ctimeNs = from.getInt(at + 104);
        mtimeSec = from.getLong(at + 112);
        mtimeNs = from.getInt(at + 120);
        rdev = Stat.makeDevice(from.getInt(at + 128), from.getInt(at + 132));
        dev = Stat.makeDevice(from.getInt(at + 136), from.getInt(at + 140));
        mntId = from.getLong(at + 144);
    }

    /** Which fields are valid, as STATX_ bits. */
    public int mask() {
        return mask;
    }

    /** Preferred size of input and output, in bytes. */
    public int blksize() {
        return blksize;
    }

    /** STATX_ATTR_ bits. */
    public long attributes() {
        return attributes;
    }

    public int nlink() {
        return nlink;
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    /** Type and permissions. */
    public int mode() {
        return mode;
    }

    public long ino() {
        return ino;
    }

    /** Size in bytes. */
    public long size() {
        return size;
    }

    /** Space in units of 512 bytes. */
    public long blocks() {
        return blocks;
    }

    public long atimeSec() {
        return atimeSec;
    }

    public int atimeNs() {
        return atimeNs;
    }

    public long btimeSec() {
        return btimeSec;
    }

    public int btimeNs() {
        return btimeNs;
    }

    public long ctimeSec() {
        return ctimeSec;
    }

    public int ctimeNs() {
        return ctimeNs;
    }

    public long mtimeSec() {
        return mtimeSec;
    }

    public int mtimeNs() {
        return mtimeNs;
    }

    public long rdev() {
        return rdev;
    }

    public long dev() {
        return dev;
    }

    /** Mount identifier, if STATX_MNT_ID is in {@link #mask()}. */
    public long mntId() {
        return mntId;
    }
}
