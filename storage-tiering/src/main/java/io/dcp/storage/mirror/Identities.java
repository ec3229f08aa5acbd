package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What programs need to turn the kernel's answer about a mirror file into the tree's: a table in the region's file, behind
 * its page, that they map read-only. It holds what only the tree knows (inode number, links, time of birth, ctime) and no
 * names, modes or sizes, so that it tells nobody what is in a directory that he may not search.
 *
 * <p>It follows the namespace: a record that is committed is here before anybody hears of it. A file that is not here is
 * asked for at the agent, which then enters it, so that what was pushed out comes back.
 *
 * <pre>
 *   a slot, 64 bytes, in a bucket of 8 that the mirror's number gives; it may change only while its version is odd:
 *    0 u64 mirror inode, 0: free   8 u32 version        12 u32 nlink
 *   16 u64 ino                    24 u32 mirror btime, s modulo 2^32    28 u32 ns
 *   32 u32 mirror ctime, likewise 36 u32 ns            40 i64 ctime, s
 *   48 u32 ns                     52 u32 btime, ns     56 i64 s
 * </pre>
 */
final class Identities implements Namespace.Observer {
    static final int WAYS = 8;
    static final int SLOT_BYTES = 64;
    private static final int BUCKET_BITS = 14;
    static final int BYTES = (WAYS * SLOT_BYTES) << BUCKET_BITS;

    /** Spreads numbers that follow each other, as those of files that were made together do. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private static final int VERSION = 8;
    private static final int NLINK = 12;
    private static final int INO = 16;
    private static final int MIRROR_BTIME = 24;
    private static final int MIRROR_CTIME = 32;
    private static final int CTIME = 40;
    private static final int CTIME_NS = 48;
    private static final int BTIME_NS = 52;
    private static final int BTIME = 56;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int ZEROS_BYTES = 1 << 16;

    private final Kernel kernel;
    private final byte[] region;
    private final Namespace namespace;
    private final ByteBuffer table;
    /** Mirror numbers that are not told at present, and by how many changes. */
    private final ConcurrentHashMap<Long, Integer> withheld = new ConcurrentHashMap<>();

    private int victim;

    /**
     * @param region the file; its table is emptied. Without room for one, as when no spawner has made it, nothing is told
     * @throws IOException if the file cannot be mapped
     */
    Identities(Kernel kernel, Path region, Namespace namespace) throws IOException {
        this.kernel = kernel;
        this.region = Paths.bytes(region.toString());
        this.namespace = namespace;
        try (FileChannel channel = FileChannel.open(region, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            table = channel.size() < Region.PAGE_BYTES + BYTES
                    ? null
                    : channel.map(FileChannel.MapMode.READ_WRITE, Region.PAGE_BYTES, BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN);
        }
        forgotten();
    }

    /** Whether programs are told anything. */
    boolean areTold() {
        return table != null;
    }

    /**
     * Tells nothing of a file until {@link #release}: it may lose its last name, and then another one can get its number,
     * and by the clock of times of birth seem to be it, before that is recorded.
     *
     * @param mirrorInode 0 for none
     */
    void withhold(long mirrorInode) {
        if (mirrorInode != 0) {
            withheld.merge(mirrorInode, 1, Integer::sum);
            namespace.conceal(mirrorInode);
        }
    }

    void release(long mirrorInode) {
        withheld.computeIfPresent(mirrorInode, (number, changes) -> changes == 1 ? null : changes - 1);
    }

    @Override
    public void recorded(Inode inode) {
        if (table == null || !namespace.isOnMirror(inode)) {
            return;
        }
        if (isToldByKernel(inode) && !withheld.containsKey(inode.mirrorInode())) {
            write(inode);
        } else {
            forgotten(inode.mirrorInode());
        }
    }

    /**
     * Whether the kernel tells the rest: not of a file whose contents were not fetched, nor the times of a directory in
     * which names appear when somebody asks for them.
     */
    private boolean isToldByKernel(Inode inode) {
        return inode.isRegular() ? inode.present() : !inode.isDirectory() || !namespace.isCold();
    }

    @Override
    public void forgotten(long mirrorInode) {
        int slot = table == null ? -1 : find(mirrorInode, mirrorInode);
        if (slot >= 0) {
            free(slot);
        }
    }

    /** By the kernel where it can: an agent that has just started takes long to do anything 100,000 times. */
    @Override
    public void forgotten() {
        if (table == null) {
            return;
        }
        int fd = kernel.openat(Stat.AT_FDCWD, region, OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC, 0);
        int mode = OpenFlags.FALLOC_FL_ZERO_RANGE | OpenFlags.FALLOC_FL_KEEP_SIZE;
        boolean done = fd >= 0 && kernel.fallocate(fd, mode, Region.PAGE_BYTES, BYTES) == 0;
        if (fd >= 0) {
            kernel.close(fd);
        }
        byte[] zeros = new byte[done ? 0 : ZEROS_BYTES];
        for (int at = 0; !done && at < BYTES; at += ZEROS_BYTES) {
            table.put(at, zeros);
        }
    }

    private void free(int slot) {
        int version = begin(slot);
        LONG.setOpaque(table, slot, 0L);
        end(slot, version);
    }

    private void write(Inode inode) {
        long mirrorInode = inode.mirrorInode();
        int slot = find(mirrorInode, mirrorInode);
        slot = slot >= 0 ? slot : find(mirrorInode, 0);
        if (slot < 0) {
            victim = (victim + 1) % WAYS;
            slot = bucket(mirrorInode) + victim * SLOT_BYTES;
        }
        int version = begin(slot);
        LONG.setOpaque(table, slot, mirrorInode);
        table.putInt(slot + NLINK, inode.nlink());
        table.putLong(slot + INO, inode.ino());
        putShort(slot + MIRROR_BTIME, inode.mirrorBtime());
        putShort(slot + MIRROR_CTIME, inode.mirrorCtime());
        table.putLong(slot + CTIME, inode.ctime().seconds());
        table.putInt(slot + CTIME_NS, inode.ctime().nanos());
        table.putInt(slot + BTIME_NS, inode.btime().nanos());
        table.putLong(slot + BTIME, inode.btime().seconds());
        end(slot, version);
    }

    private void putShort(int at, Moment moment) {
        table.putInt(at, (int) moment.seconds());
        table.putInt(at + 4, moment.nanos());
    }

    private int begin(int slot) {
        int version = (int) INT.getOpaque(table, slot + VERSION);
        INT.setOpaque(table, slot + VERSION, version + 1);
        VarHandle.storeStoreFence();
        return version;
    }

    private void end(int slot, int version) {
        INT.setRelease(table, slot + VERSION, version + 2);
    }

    private static int bucket(long mirrorInode) {
        return (int) ((mirrorInode * SPREAD) >>> (64 - BUCKET_BITS)) * WAYS * SLOT_BYTES;
    }

    /** The slot of a file's bucket that holds a number; negative if none does. */
    private int find(long mirrorInode, long held) {
        int first = bucket(mirrorInode);
        for (int slot = first; slot < first + WAYS * SLOT_BYTES; slot += SLOT_BYTES) {
            if (mirrorInode(slot) == held) {
                return slot;
            }
        }
        return -1;
    }

    private long mirrorInode(int slot) {
        return (long) LONG.getOpaque(table, slot);
    }
}
