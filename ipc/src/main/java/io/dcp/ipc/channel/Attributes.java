package io.dcp.ipc.channel;

/**
 * What {@code stat} tells of a file, as the tree sees it; the wire's {@code attributes}.
 *
 * @param ino the tree's inode number
 * @param dev the device the tree shows, joined as by {@code makedev(3)}; so is {@code rdev}
 * @param sizeBytes size
 * @param blocks512 space in units of 512 bytes
 * @param blockSizeBytes preferred size of input and output
 * @param mirrorInode inode number on the mirror's file system, 0 if the file is not in the tree
 * @param mirrorCtimeSec status change time of the mirror's file when these attributes were taken
 */
public record Attributes(
        long ino,
        long dev,
        long rdev,
        int mode,
        int nlink,
        int uid,
        int gid,
        long sizeBytes,
        long blocks512,
        int blockSizeBytes,
        long atimeSec,
        int atimeNs,
        long mtimeSec,
        int mtimeNs,
        long ctimeSec,
        int ctimeNs,
        long btimeSec,
        int btimeNs,
        long mirrorInode,
        long mirrorCtimeSec,
        int mirrorCtimeNs) {}
