package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings contents from the object store into mirror files. Blocks; under the agent's credentials. */
final class Contents {
    private static final Logger log = LoggerFactory.getLogger(Contents.class);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final MirrorTree tree;
    private final Namespace namespace;
    private final FileTransfer transfer;
    private final ConcurrentHashMap<Long, Object> fetching = new ConcurrentHashMap<>();

    Contents(MirrorTree tree, Namespace namespace, FileTransfer transfer) {
        this.tree = tree;
        this.namespace = namespace;
        this.transfer = transfer;
    }

    /**
     * Makes an inode's contents present. Waits for another thread that is fetching them, and for an object store that is
     * away.
     *
     * @param deadlineNanos on {@link System#nanoTime}: until when to wait for the store
     * @throws IOException if they cannot be had: the cause is logged with the file
     */
    void fetch(long ino, long deadlineNanos) throws IOException {
        Object lock = fetching.computeIfAbsent(ino, key -> new Object());
        synchronized (lock) {
            try {
                for (; ; ) {
                    Inode inode = namespace.inode(ino);
                    if (inode == null || inode.present() || !inode.isRegular()) {
                        return;
                    }
                    try {
                        fetchNow(inode);
                        return;
                    } catch (ObjectStoreUnavailable e) {
                        if (System.nanoTime() - deadlineNanos + RETRY_NANOS > 0) {
                            log.error(
                                    "object store unavailable, contents cannot be read: {}: {}", inode, e.getMessage());
                            throw new IOException(e);
                        }
                        TimeUnit.NANOSECONDS.sleep(RETRY_NANOS);
                    } catch (RuntimeException e) {
                        log.error("contents cannot be read: {}: {}", inode, e.getMessage());
                        throw new IOException(e);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while fetching", e);
            } finally {
                fetching.remove(ino, lock);
            }
        }
    }

    private void fetchNow(Inode inode) throws IOException {
        int fd = tree.open(inode, OpenFlags.O_PATH);
        if (fd < 0) {
            throw new IOException("mirror file is gone: " + inode);
        }
        try {
            byte[] path = Paths.ofDescriptor(fd);
            try (FileChannel file = FileChannel.open(Path.of(Paths.text(path)), StandardOpenOption.WRITE)) {
                transfer.download(file, inode.sizeBytes(), namespace.chunks(inode.ino()));
            } catch (IOException e) {
                log.error("contents cannot be brought to the mirror: {}: {}", inode, e.getMessage());
                throw e;
            }
            tree.kernel()
                    .utimensat(
                            io.dcp.ipc.kernel.Stat.AT_FDCWD,
                            path,
                            inode.atime().seconds(),
                            inode.atime().nanos(),
                            inode.mtime().seconds(),
                            inode.mtime().nanos(),
                            0);
            Seen seen = tree.stat(fd);
            if (seen == null) {
                throw new IOException("mirror file cannot be asked: " + inode);
            }
            markPresent(inode.ino(), seen);
        } finally {
            tree.kernel().close(fd);
        }
    }

    private void markPresent(long ino, Seen seen) throws IOException {
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            if (now != null && !now.present()) {
                change.put(now.edit().present(true).mirrorCtime(seen.ctime()).build());
                change.commit();
            }
        }
    }
}
