package io.dcp.ipc.channel;

import io.dcp.ipc.wire.Operation;

/**
 * A question about, or a change of, the tree, as the shim sent it; which fields an operation uses is said at
 * {@code Operation} in the wire schema. Sizes and the operation are checked, {@code path} and {@code path2} hold no NUL
 * and at most {@value #MAX_PATH_BYTES} bytes, {@code umask} is within 0777; everything else is the program's and may be
 * any value.
 *
 * @param requestId rising on a session; a call that is asked again carries its first one
 * @param deadlineMillis how long the caller waits from sending, unsigned
 * @param prepare bits of {@code PrepareFlags}
 * @param directory {@code AT_FDCWD} or a descriptor number of the caller
 * @param atimeNs nanoseconds as sent, unsigned; may be {@code UTIME_NOW}, {@code UTIME_OMIT} or out of range
 * @param path empty if not used; so are {@code path2} and {@code payload}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and copying costs
public record FileCall(
        long requestId,
        int deadlineMillis,
        Operation operation,
        int umask,
        int flags,
        int mode,
        int prepare,
        int directory,
        int directory2,
        int uid,
        int gid,
        long device,
        long inode,
        long cookie,
        long size,
        long atimeSec,
        long atimeNs,
        long mtimeSec,
        long mtimeNs,
        byte[] path,
        byte[] path2,
        byte[] payload) {
    /** Longer than PATH_MAX, so that ENAMETOOLONG is the kernel's to give. */
    public static final int MAX_PATH_BYTES = 65_536;

    /** The same call with another first ({@code path}) or second ({@code path2}) path. */
    public FileCall with(boolean second, int newDirectory, byte[] newPath) {
        return new FileCall(
                requestId,
                deadlineMillis,
                operation,
                umask,
                flags,
                mode,
                prepare,
                second ? directory : newDirectory,
                second ? newDirectory : directory2,
                uid,
                gid,
                device,
                inode,
                cookie,
                size,
                atimeSec,
                atimeNs,
                mtimeSec,
                mtimeNs,
                second ? path : newPath,
                second ? newPath : path2,
                payload);
    }
}
