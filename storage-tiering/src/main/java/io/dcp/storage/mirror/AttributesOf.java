package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Attributes;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;

/** What a file's attributes are, given what the kernel shows of its mirror file and what the namespace has recorded. */
final class AttributesOf {
    private AttributesOf() {}

    private static boolean isAbsent(Inode inode) {
        return inode.isRegular() && !inode.present();
    }

    /** Of a file that is not in the tree: the kernel's. */
    static Attributes foreign(Seen seen) {
        return make(
                seen,
                seen.ino(),
                seen.dev(),
                seen.nlink(),
                seen.sizeBytes(),
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
     * mirror file has not changed. Of a file whose contents are not here, size and times are the recorded ones: nobody
     * can have changed them natively, and while contents are brought the mirror file shows something else.
     */
    static Attributes of(Seen seen, Inode inode, long treeDevice) {
        boolean absent = isAbsent(inode);
        boolean unchanged = absent || seen.ctime().equals(inode.mirrorCtime());
        boolean recordedMtime = absent || (unchanged && inode.isDirectory());
        return make(
                seen,
                inode.ino(),
                treeDevice,
                inode.nlink(),
                absent ? inode.sizeBytes() : seen.sizeBytes(),
                absent ? (inode.sizeBytes() + 511) / 512 : seen.blocks512(),
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
            long sizeBytes,
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
                sizeBytes,
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

    /**
     * The next record of a file that was changed on the mirror. The caller makes sure that a directory's entries were
     * looked at since, or sets its mirror ctime to {@link Moment#ZERO}.
     */
    static Inode.Draft refreshed(Inode inode, Seen seen) {
        int later = seen.ctime().compareTo(inode.mirrorCtime());
        if (later <= 0) {
            // Another thread has looked since, and has recorded it before.
            return later < 0 ? inode.edit() : inode.edit().atime(seen.atime());
        }
        Inode.Draft draft =
                inode.edit().mode(seen.mode()).owner(seen.uid(), seen.gid()).atime(seen.atime());
        draft.ctime(seen.ctime()).mirrorCtime(seen.ctime());
        if (!isAbsent(inode)) {
            draft.mtime(seen.mtime());
        }
        if (!inode.isDirectory() && !isAbsent(inode)) {
            draft.sizeBytes(seen.sizeBytes());
        }
        return draft;
    }
}
