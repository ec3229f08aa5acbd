package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Files on their way to the object store. In two steps, so that what the metadata says of them is true after a loss of
 * power as well: contents are sent; and when the objects, and the contents on the mirror, are on the disk, that is recorded
 * and the file may be clean. One thread, that of {@link WriteBack}.
 */
final class Uploads {
    /** How many files are brought to the disk one by one; more of them, with everything else on the mirror. */
    private static final int FEW = 16;

    private static final int MOST_UNDER_WAY = 8192;
    private static final long UNDER_WAY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final DirtyFiles dirty;
    private final Xattrs xattrs;
    private final FileTransfer transfer;
    private final ObjectStore objects;
    private final MirrorMark mark;
    private final Map<Long, Upload> underWay = new LinkedHashMap<>();
    private long sinceNanos;

    /** Contents that were sent: of a file as it was seen before, while nobody could write to it if it was quiet. */
    private record Upload(
            long ino, Seen before, long grants, boolean quiet, List<ChunkRef> known, List<ChunkRef> refs) {}

    Uploads(
            MirrorTree tree,
            Namespace namespace,
            DirtyFiles dirty,
            Xattrs xattrs,
            FileTransfer transfer,
            ObjectStore objects,
            MirrorMark mark) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.dirty = dirty;
        this.xattrs = xattrs;
        this.transfer = transfer;
        this.objects = objects;
        this.mark = mark;
    }

    /** Whether a file was sent and that is not recorded yet. */
    boolean isUnderWay(long ino) {
        return underWay.containsKey(ino);
    }

    /** Sends a file's contents. */
    void send(long ino, int fd, Seen before, long grants, boolean quiet) throws IOException {
        // The ctime that is recorded with the contents must not hide attributes that a kill has left unrecorded.
        xattrs.record(ino, fd);
        List<ChunkRef> known = namespace.chunks(ino);
        List<ChunkRef> refs = transfer.upload(ino, (into, at) -> read(fd, into, at), before.sizeBytes(), known);
        if (underWay.isEmpty()) {
            sinceNanos = System.nanoTime();
        }
        underWay.put(ino, new Upload(ino, before, grants, quiet, known, refs));
        dirty.sent(ino, before.ctime());
    }

    /** By the descriptor that was opened for this: a channel would open the file again, and its access time would move. */
    private int read(int fd, ByteBuffer into, long position) throws IOException {
        long count = kernel.pread(fd, into, position);
        if (count < 0) {
            throw new IOException("a file of the mirror cannot be read: error=" + Errno.name((int) -count));
        }
        return (int) count;
    }

    /** Records what was sent, if that is due. */
    void settle(boolean now) throws IOException {
        if (underWay.isEmpty()
                || (!now && underWay.size() < MOST_UNDER_WAY && System.nanoTime() - sinceNanos < UNDER_WAY_NANOS)) {
            return;
        }
        objects.sync();
        boolean few = underWay.size() <= FEW;
        if (!few) {
            mark.syncAll();
        }
        for (Upload upload : List.copyOf(underWay.values())) {
            settle(upload, few);
            underWay.remove(upload.ino());
        }
    }

    private void settle(Upload upload, boolean sync) throws IOException {
        Inode inode = namespace.inode(upload.ino());
        int fd = inode == null ? -Errno.ENOENT : tree.openUnseen(inode);
        try {
            if (fd >= 0 && sync && kernel.fdatasync(fd) < 0) {
                throw new IOException("a file of the mirror cannot be synced: " + inode);
            }
            Seen after = fd < 0 ? null : tree.stat(fd);
            Seen before = upload.before();
            boolean same =
                    after != null && after.ctime().equals(before.ctime()) && after.sizeBytes() == before.sizeBytes();
            if (upload.quiet()
                    && same
                    && tree.leases().isQuiet(fd)
                    && dirty.clean(upload.ino(), upload.grants(), change -> record(change, upload))) {
                return;
            }
        } finally {
            if (fd >= 0) {
                kernel.close(fd);
            }
        }
        try (Change change = namespace.change()) {
            if (record(change, upload)) {
                change.commit();
                return;
            }
        }
        discard(upload);
    }

    /** Adds the new contents to a change; false if the file is gone. */
    private boolean record(Change change, Upload upload) {
        Inode inode = change.inode(upload.ino());
        if (inode == null) {
            return false;
        }
        Seen seen = upload.before();
        change.setChunks(upload.ino(), upload.refs());
        // The size that goes with these chunks, also if the clock was set back and times tell nothing.
        change.put(
                AttributesOf.refreshed(inode, seen).sizeBytes(seen.sizeBytes()).build());
        return true;
    }

    private void discard(Upload upload) throws IOException {
        Set<ChunkRef> kept = new HashSet<>(upload.known());
        try (Change change = namespace.change()) {
            upload.refs().stream().filter(ref -> !kept.contains(ref)).forEach(change::discard);
            change.commit();
        }
    }
}
