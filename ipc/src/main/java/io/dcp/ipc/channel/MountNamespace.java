package io.dcp.ipc.channel;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import java.nio.charset.StandardCharsets;

/** Mount namespaces of processes, compared with the agent's own by the file that stands for each in {@code /proc}. */
final class MountNamespace {
    private static final long OWN = inodeOf("self");

    private MountNamespace() {}

    /** False also if the process cannot be asked. */
    static boolean isAnother(int pid) {
        long there = inodeOf(Integer.toString(pid));
        return there != 0 && OWN != 0 && there != OWN;
    }

    private static long inodeOf(String process) {
        Statx seen = new Statx();
        byte[] path = ("/proc/" + process + "/ns/mnt").getBytes(StandardCharsets.US_ASCII);
        return Kernel.system().statx(Stat.AT_FDCWD, path, 0, Stat.STATX_BASIC_STATS, seen) < 0 ? 0 : seen.ino();
    }
}
