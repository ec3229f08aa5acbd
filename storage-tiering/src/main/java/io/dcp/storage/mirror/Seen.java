package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import io.dcp.storage.namespace.Moment;

/** What the kernel said of a file on the mirror, at one moment. */
record Seen(
        long ino,
        long dev,
        long mountId,
        int mode,
        int nlink,
        int uid,
        int gid,
        long rdev,
        long sizeBytes,
        long blocks512,
        int blockSizeBytes,
        Moment atime,
        Moment mtime,
        Moment ctime,
        Moment btime) {

    static Seen of(Statx st) {
        return new Seen(
                st.ino(),
                st.dev(),
                st.mntId(),
                st.mode(),
                st.nlink(),
                st.uid(),
                st.gid(),
                st.rdev(),
                st.size(),
                st.blocks(),
                st.blksize(),
                new Moment(st.atimeSec(), st.atimeNs()),
                new Moment(st.mtimeSec(), st.mtimeNs()),
                new Moment(st.ctimeSec(), st.ctimeNs()),
                new Moment(st.btimeSec(), st.btimeNs()));
    }

    boolean isDirectory() {
        return Stat.isDirectory(mode);
    }

    boolean isRegular() {
        return Stat.isRegular(mode);
    }

    boolean isSymlink() {
        return Stat.isSymlink(mode);
    }
}
