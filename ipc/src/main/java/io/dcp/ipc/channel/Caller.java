package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.ThreadCredentials;

/**
 * Who sent a call, as the kernel vouches.
 *
 * @param session the number its shim chose; the same on each of a program's connections
 * @param pid the process that sent this packet, seen from the agent; a vfork child differs from its parent
 * @param uid the effective user when it connected; so {@code gid} and {@code groups}, the supplementary ones
 * @param capabilities the effective ones when it said Hello, bit n being capability n
 * @param ownRoot whether its root directory was another one than the agent's then
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and copying costs
public record Caller(long session, int pid, int uid, int gid, int[] groups, long capabilities, boolean ownRoot) {
    /** One with what its user id gives, in the agent's root. */
    public Caller(long session, int pid, int uid, int gid, int[] groups) {
        this(session, pid, uid, gid, groups, uid == 0 ? ThreadCredentials.ALL_CAPABILITIES : 0, false);
    }
}
