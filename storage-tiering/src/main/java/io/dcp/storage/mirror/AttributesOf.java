package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Attributes;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;

/** What a file's attributes are, given what the kernel shows of its mirror file and what the namespace has recorded. */
final class AttributesOf {
    private AttributesOf() {}

    /** Of a file that is not in the tree: the kernel's. */
    static Attributes foreign(Seen seen) {
        return make(
                seen,
                seen.ino(),
                seen.dev(),
                seen.nlink(),
                seen.blocks512(),
                seen.mtime(),
                seen.ctime(),
                seen.btime(),
                0);
    }

    /**
     * Of a file in the tree.
     *
     * <p>A directory's times change on the mirror when an entry is materialized, so they are the recorded ones, unless
     * the mirror's ctime says that something happened there natively. A file's ctime is the recorded one as long as the
     * mirror file has not changed.
     */
    static Attributes of(Seen seen, Inode inode, long treeDevice) {
        boolean unchanged = seen.ctime().equals(inode.mirrorCtime());
        boolean recordedMtime = unchanged && inode.isDirectory();
        long blocks = inode.isRegular() && !inode.present() ? (seen.sizeBytes() + 511) / 512 : seen.blocks512();
        return make(
                seen,
                inode.ino(),
                treeDevice,
                inode.nlink(),
                blocks,
                recordedMtime ? inode.mtime() : seen.mtime(),
                unchanged ? inode.ctime() : seen.ctime(),
                inode.btime(),
                seen.ino());
    }

    private static Attributes make(
            Seen seen,
            long ino,
            long device,
            int nlink,
            long blocks,
            Moment mtime,
            Moment ctime,
            Moment btime,
            long mirrorInode) {
        return new Attributes(
                ino,
                device,
                seen.rdev(),
                seen.mode(),
                nlink,
                seen.uid(),
                seen.gid(),
                seen.sizeBytes(),
                blocks,
                seen.blockSizeBytes(),
                seen.atime().seconds(),
                seen.atime().nanos(),
                mtime.seconds(),
                mtime.nanos(),
                ctime.seconds(),
                ctime.nanos(),
                btime.seconds(),
                btime.nanos(),
                mirrorInode,
                seen.ctime().seconds(),
                seen.ctime().nanos());
    }

    /** The record of a file that appeared on the mirror. A directory's mirror ctime stays unset until it was listed. */
    static Inode.Draft imported(long ino, Seen seen, int mirrorGeneration) {
        return Inode.create(ino)
                .mode(seen.mode())
                .owner(seen.uid(), seen.gid())
                .nlink(seen.nlink())
                .rdev(seen.rdev())
                .sizeBytes(seen.sizeBytes())
                .atime(seen.atime())
                .mtime(seen.mtime())
                .ctime(seen.ctime())
                .btime(seen.btime())
                .onMirror(mirrorGeneration, seen.ino(), seen.btime(), seen.isDirectory() ? Moment.ZERO : seen.ctime())
                .present(true);
    }

    /** The next record of a file that was changed on the mirror. */
    static Inode.Draft refreshed(Inode inode, Seen seen) {
        Inode.Draft draft =
                inode.edit().mode(seen.mode()).owner(seen.uid(), seen.gid()).atime(seen.atime());
        if (seen.ctime().equals(inode.mirrorCtime())) {
            return draft;
        }
        draft.mtime(seen.mtime()).ctime(seen.ctime()).mirrorCtime(seen.ctime());
        if (!inode.isDirectory()) {
            draft.sizeBytes(seen.sizeBytes());
        } else if (inode.mirrorCtime().equals(Moment.ZERO)) {
            draft.mirrorCtime(Moment.ZERO);
        }
        return draft;
    }
}
