package io.dcp.ipc.channel;

/**
 * Who sent a call, as the kernel vouches.
 *
 * @param session the number its shim chose; the same on each of a program's connections
 * @param pid the process that sent this packet, seen from the agent; a vfork child differs from its parent
 * @param apart whether the process is in another mount namespace than the agent, where absolute paths may mean other files
 * @param uid the effective user when it connected; so {@code gid} and {@code groups}, the supplementary ones
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and copying costs
public record Caller(long session, int pid, boolean apart, int uid, int gid, int[] groups) {}
