package io.dcp.ipc.kernel;

/**
 * What {@code fstatfs(2)} tells of a file system.
 *
 * @param type magic number
 * @param blockSizeBytes unit of the block counts
 * @param blocks all blocks
 * @param blocksFree free blocks
 * @param blocksAvailable free blocks for users without privilege
 * @param files all inodes
 * @param filesFree free inodes
 */
public record StatFs(
        long type,
        long blockSizeBytes,
        long blocks,
        long blocksFree,
        long blocksAvailable,
        long files,
        long filesFree) {}
