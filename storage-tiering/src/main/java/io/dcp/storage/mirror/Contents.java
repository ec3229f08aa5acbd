package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStoreUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** Brings contents from the object store into mirror files. Blocks; under the agent's credentials. */
final class Contents {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final MirrorTree tree;
    private final Kernel kernel;
    private final Namespace namespace;
    private final FileTransfer transfer;
    private final MetadataStore store;
    private final FileLocks files = new FileLocks();

    Contents(MirrorTree tree, Namespace namespace, FileTransfer transfer, MetadataStore store) {
        this.tree = tree;
        this.kernel = tree.kernel();
        this.namespace = namespace;
        this.transfer = transfer;
        this.store = store;
    }

    /**
     * Whether nobody has the contents any more: the file lost its last name before they were asked for. Who has it open with
     * O_PATH can still come back to it.
     */
    static boolean areLost(Inode inode) {
        return inode.isRegular() && inode.nlink() == 0 && !inode.present() && inode.sizeBytes() > 0;
    }

    /** Keeps everybody from fetching a file, waiting for one who does. */
    FileLocks.Held exclusively(long ino) {
        return files.hold(ino);
    }

    /**
     * Makes an inode's contents present. Waits for another thread that is fetching them, and for an object store that is
     * away.
     *
     * @param fd any descriptor of the mirror file
     * @param deadlineNanos on {@link System#nanoTime}: until when to wait for the store
     * @return false if the file has lost its last name, and with it what told where its contents are
     * @throws IOException if they cannot be had; the message names file, object and cause
     */
    @SuppressWarnings("try") // the lock is held, not used
    boolean fetch(long ino, int fd, long deadlineNanos) throws IOException {
        try (FileLocks.Held held = files.hold(ino)) {
            for (; ; ) {
                Inode inode = namespace.inode(ino);
                if (inode == null || inode.present() || !inode.isRegular()) {
                    return inode != null;
                }
                try {
                    fetchNow(inode, fd);
                    return true;
                } catch (ObjectStoreUnavailable e) {
                    if (System.nanoTime() - deadlineNanos + RETRY_NANOS > 0) {
                        throw new IOException(
                                "object store unavailable, contents cannot be read: " + inode + ": " + e.getMessage(),
                                e);
                    }
                    TimeUnit.NANOSECONDS.sleep(RETRY_NANOS);
                } catch (IOException | RuntimeException e) {
                    throw new IOException("contents cannot be read: " + inode + ": " + e.getMessage(), e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while fetching", e);
        }
    }

    /**
     * Brings fetched contents to the disk before a program may change them: after a loss of power they could not be told
     * from what the program wrote.
     *
     * @param fd any descriptor of the mirror file
     */
    @SuppressWarnings("try") // the lock is held, not used
    void makeDurable(long ino, int fd) throws IOException {
        try (FileLocks.Held held = files.hold(ino)) {
            Inode inode = namespace.inode(ino);
            if (inode == null || !inode.fetched()) {
                return;
            }
            int file = tree.reopenUnseen(fd, false);
            int done = file < 0 ? file : kernel.fdatasync(file);
            if (file >= 0) {
                kernel.close(file);
            }
            if (done < 0) {
                throw new IOException("contents cannot be synced: " + inode + ": " + Errno.name(-done));
            }
            try (Change change = namespace.change()) {
                Inode now = change.inode(ino);
                if (now != null) {
                    change.put(now.edit().fetched(false).build());
                    change.commit();
                }
            }
            store.sync();
        }
    }

    /** Programs that watch the file see that its times are set; that cannot be done silently. */
    private void fetchNow(Inode inode, int fd) throws IOException {
        byte[] path = Paths.ofDescriptor(fd);
        Seen before = tree.stat(fd);
        int file = tree.reopenUnseen(fd, true);
        if (before == null || file < 0) {
            throw new IOException("mirror file cannot be opened: " + inode + ": " + Errno.name(-file));
        }
        boolean complete = false;
        try {
            if (before.blocks512() > 0 || before.sizeBytes() != inode.sizeBytes()) {
                empty(path, inode); // of what a killed agent fetched
            }
            transfer.fill((data, at) -> write(file, data, at), inode.sizeBytes(), namespace.chunks(inode.ino()));
            complete = true;
        } finally {
            kernel.close(file);
            if (!complete) {
                empty(path, inode);
            }
            kernel.utimensat(
                    Stat.AT_FDCWD,
                    path,
                    before.atime().seconds(),
                    before.atime().nanos(),
                    inode.mtime().seconds(),
                    inode.mtime().nanos(),
                    0);
        }
        Seen seen = tree.stat(fd);
        if (seen == null) {
            throw new IOException("mirror file cannot be asked: " + inode);
        }
        markPresent(inode.ino(), seen);
    }

    private void empty(byte[] path, Inode inode) {
        kernel.truncate(path, 0);
        kernel.truncate(path, inode.sizeBytes());
    }

    private void write(int file, ByteBuffer data, long position) throws IOException {
        int wanted = data.remaining();
        long count = kernel.pwrite(file, data, position);
        if (count != wanted) {
            throw new IOException("a file of the mirror cannot be written: error="
                    + Errno.name(count < 0 ? (int) -count : Errno.ENOSPC));
        }
    }

    /** Mode and owner may have been changed meanwhile, and a later comparison of times must not hide that. */
    private void markPresent(long ino, Seen seen) throws IOException {
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            if (now != null && !now.present()) {
                change.put(now.edit()
                        .present(true)
                        .fetched(true)
                        .mode(seen.mode())
                        .owner(seen.uid(), seen.gid())
                        .mirrorCtime(seen.ctime())
                        .build());
                change.commit();
                return;
            }
            Inode orphan = now == null ? namespace.orphan(seen.ino(), seen.btime()) : null;
            if (orphan != null && orphan.ino() == ino) { // it lost its last name meanwhile
                change.orphan(orphan.edit().present(true).build());
                change.commit();
            }
        }
    }
}
