package io.dcp.storage.mirror;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks of single files, by inode number: who brings contents to a mirror file, or changes one whose contents are not
 * there, excludes others who do. Held while waiting for the object store, so never under a directory's lock, and taken
 * only by threads that may wait.
 */
final class FileLocks {
    private final ConcurrentHashMap<Long, Counted> locks = new ConcurrentHashMap<>();

    /** A lock that is forgotten when nobody holds it or waits for it. */
    private static final class Counted {
        final ReentrantLock lock = new ReentrantLock();

        /** Guarded by the map's per-key atomicity. */
        int users;
    }

    /** Ends what {@link #hold} began. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held hold(long ino) {
        Counted counted = locks.compute(ino, (key, known) -> {
            Counted used = known == null ? new Counted() : known;
            used.users++;
            return used;
        });
        counted.lock.lock();
        return () -> {
            counted.lock.unlock();
            locks.computeIfPresent(ino, (key, used) -> --used.users == 0 ? null : used);
        };
    }
}
