package io.dcp.storage.mirror;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks of directories, by inode number. Held across the kernel's change of a directory on the mirror and the record of
 * it, so that both happen in the same order. Striped: two directories may share a lock.
 *
 * <p>Who needs several takes them by one call, which orders them. A thread that holds one may only take it again.
 */
final class DirectoryLocks {
    private static final int STRIPES = 1024;

    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    /** Ends what {@link #hold} began. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    DirectoryLocks() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    Held hold(long directory) {
        ReentrantLock lock = stripes[stripe(directory)];
        lock.lock();
        return lock::unlock;
    }

    /** Holds several directories, some of which may be the same. */
    Held hold(long... directories) {
        int[] order = Arrays.stream(directories)
                .mapToInt(DirectoryLocks::stripe)
                .sorted()
                .toArray();
        for (int stripe : order) {
            stripes[stripe].lock();
        }
        return () -> {
            for (int stripe : order) {
                stripes[stripe].unlock();
            }
        };
    }

    private static int stripe(long directory) {
        return (int) ((directory * 0x9E3779B97F4A7C15L) >>> 54);
    }
}
