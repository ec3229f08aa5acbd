package io.dcp.storage.mirror;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks of directories, by inode number. Held across the kernel's change of a directory on the mirror and the record of
 * it, so that both happen in the same order. Striped: two directories may share a lock.
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

    /** Holds two directories, which may be the same, in an order that all callers share. */
    Held hold(long one, long other) {
        int low = Math.min(stripe(one), stripe(other));
        int high = Math.max(stripe(one), stripe(other));
        stripes[low].lock();
        stripes[high].lock();
        return () -> {
            stripes[high].unlock();
            stripes[low].unlock();
        };
    }

    private static int stripe(long directory) {
        return (int) ((directory * 0x9E3779B97F4A7C15L) >>> 54);
    }
}
