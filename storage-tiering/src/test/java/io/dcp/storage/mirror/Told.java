package io.dcp.storage.mirror;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks into the identities as programs do, by the layout that they are compiled with. */
final class Told {
    private static final int PAGE_BYTES = 4096;
    private static final int TOLD = 56;
    private static final int COLD = 20;
    private static final int WAYS = 8;
    private static final int SLOT_BYTES = 64;
    private static final long SPREAD = 0x9e3779b97f4a7c15L;
    private static final int MASK = Stat.STATX_BASIC_STATS | Stat.STATX_BTIME | Stat.STATX_MNT_ID;

    private final Path root;
    private final long device;
    private final ByteBuffer region;
    private final Kernel kernel = Kernel.system();

    Told(Path region, Path root, long device) throws IOException {
        this.root = root;
        this.device = device;
        try (FileChannel channel = FileChannel.open(region)) {
            this.region = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private int slotOf(long mirrorInode) {
        int first = PAGE_BYTES + (int) ((mirrorInode * SPREAD) >>> 50) * WAYS * SLOT_BYTES;
        for (int slot = first; slot < first + WAYS * SLOT_BYTES; slot += SLOT_BYTES) {
            if (region.getLong(slot) == mirrorInode) {
                return slot;
            }
        }
        return -1;
    }

    /** What a program makes of a file, a link not followed, without asking the agent; null if it has to. */
    Attributes stat(String path) {
        byte[] file = Paths.bytes(path.isEmpty() ? root.toString() : root + "/" + path);
        return ask(Stat.AT_FDCWD, file, Stat.AT_SYMLINK_NOFOLLOW);
    }

    Attributes fstat(int fd) {
        return ask(fd, Paths.EMPTY, Stat.AT_EMPTY_PATH);
    }

    private Attributes ask(int directory, byte[] path, int flags) {
        Statx st = new Statx();
        if (kernel.statx(directory, path, flags, MASK, st) < 0 || region.getInt(TOLD) == 0) {
            return null;
        }
        int slot = slotOf(st.ino());
        boolean cold = region.getInt(COLD) != 0;
        if (slot < 0
                || region.getInt(slot + 24) != (int) st.btimeSec()
                || region.getInt(slot + 28) != st.btimeNs()
                || (region.getInt(slot + 8) & 1) != 0) {
            return null;
        }
        boolean recorded = region.getInt(slot + 32) == (int) st.ctimeSec() && region.getInt(slot + 36) == st.ctimeNs();
        int nlink = region.getInt(slot + 12);
        if (cold && !recorded && nlink != st.nlink()) {
            return null;
        }
        return new Attributes(
                region.getLong(slot + 16),
                device,
                st.rdev(),
                st.mode(),
                cold ? nlink : st.nlink(),
                st.uid(),
                st.gid(),
                st.size(),
                st.blocks(),
                st.blksize(),
                0,
                0,
                st.mtimeSec(),
                st.mtimeNs(),
                recorded ? region.getLong(slot + 40) : st.ctimeSec(),
                recorded ? region.getInt(slot + 48) : st.ctimeNs(),
                region.getLong(slot + 56),
                region.getInt(slot + 52),
                st.ino(),
                st.ctimeSec(),
                st.ctimeNs());
    }

    /** Of every file on the mirror of which something is told: what the agent says otherwise. */
    List<String> wrong(Program program) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (var files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String path = root.relativize(file).toString();
                Attributes told = stat(path);
                var reply = told == null ? null : program.statReply(path);
                if (told != null && (reply.attributes() == null || !told.equals(timeless(reply.attributes())))) {
                    wrong.add(path + ": told " + told + ", answered " + reply);
                }
            }
        }
        return wrong;
    }

    /** Without the time of the last access, which may change between two questions. */
    static Attributes timeless(Attributes of) {
        return new Attributes(
                of.ino(),
                of.dev(),
                of.rdev(),
                of.mode(),
                of.nlink(),
                of.uid(),
                of.gid(),
                of.sizeBytes(),
                of.blocks512(),
                of.blockSizeBytes(),
                0,
                0,
                of.mtimeSec(),
                of.mtimeNs(),
                of.ctimeSec(),
                of.ctimeNs(),
                of.btimeSec(),
                of.btimeNs(),
                of.mirrorInode(),
                of.mirrorCtimeSec(),
                of.mirrorCtimeNs());
    }
}
