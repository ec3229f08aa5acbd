package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files that may be newer than the object store. A file is entered, durably, before a program can write to it, and
 * leaves only when its contents were sent, nobody can write to it, and nobody was given it for writing meanwhile.
 */
final class DirtyFiles {
    /** One of them. Fields are guarded by the map's per-key atomicity. */
    static final class DirtyFile {
        /** Counts grants for writing: write-back compares it before and after. */
        long grants;

        /** Steady clock, ns: when it was last granted. */
        long sinceNanos;

        /** What would have to be sent now, in bytes, as last measured. */
        long bytes;

        /** Nobody had it open for writing when it was last measured, and no grant since. */
        boolean settled;

        /** The mirror's ctime at the last upload; null before the first. */
        Moment sentAt;
    }

    private final Namespace namespace;
    private final ConcurrentHashMap<Long, DirtyFile> files = new ConcurrentHashMap<>();

    DirtyFiles(Namespace namespace) {
        this.namespace = namespace;
        namespace.dirty(ino -> files.put(ino, fresh()));
    }

    private static DirtyFile fresh() {
        DirtyFile file = new DirtyFile();
        file.sinceNanos = System.nanoTime();
        return file;
    }

    /** Somebody is about to get this file for writing. Durable when it returns. Not to be called inside a {@link Change}. */
    void grant(long ino) throws IOException {
        try {
            files.compute(ino, (key, file) -> {
                DirtyFile granted = file;
                if (granted == null) {
                    try (Change change = namespace.change()) {
                        if (change.inode(ino) == null) {
                            return null; // its last name went meanwhile
                        }
                        change.dirty(ino, true);
                        change.commit();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    granted = fresh();
                }
                touch(granted);
                return granted;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** This file's mark was committed with a {@link Change} that is closed by now. */
    void marked(long ino) {
        files.compute(ino, (key, file) -> {
            DirtyFile marked = file == null ? fresh() : file;
            touch(marked);
            return marked;
        });
    }

    /** This file is no more. */
    void gone(long ino) {
        files.remove(ino);
    }

    private static void touch(DirtyFile file) {
        file.grants++;
        file.settled = false;
        file.sinceNanos = System.nanoTime();
    }

    /** A copy of what is known of a file; null if it is clean. */
    DirtyFile get(long ino) {
        DirtyFile[] copy = new DirtyFile[1];
        files.computeIfPresent(ino, (key, file) -> {
            DirtyFile c = new DirtyFile();
            c.grants = file.grants;
            c.sinceNanos = file.sinceNanos;
            c.bytes = file.bytes;
            c.settled = file.settled;
            c.sentAt = file.sentAt;
            copy[0] = c;
            return file;
        });
        return copy[0];
    }

    boolean contains(long ino) {
        return files.containsKey(ino);
    }

    /** Records a measurement, unless the file was granted since {@code grants}. */
    void measured(long ino, long grants, long bytes, boolean settled) {
        files.computeIfPresent(ino, (key, file) -> {
            file.bytes = bytes;
            file.settled = settled && file.grants == grants;
            return file;
        });
    }

    /** Records that contents were sent which may be old already. */
    void sent(long ino, Moment ctime) {
        files.computeIfPresent(ino, (key, file) -> {
            file.sentAt = ctime;
            file.bytes = 0;
            return file;
        });
    }

    /**
     * Commits a change together with taking the mark away, if the file was not granted since {@code grants}.
     *
     * @return false if it was: nothing was committed
     */
    boolean clean(long ino, long grants, ChangeBody body) throws IOException {
        boolean[] done = {false};
        try {
            files.computeIfPresent(ino, (key, file) -> {
                if (file.grants != grants) {
                    return file;
                }
                try (Change change = namespace.change()) {
                    if (body.apply(change)) {
                        change.dirty(ino, false);
                        change.commit();
                        done[0] = true;
                        return null;
                    }
                    return file;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return done[0];
    }

    /** Part of a transaction; false to give it up. */
    @FunctionalInterface
    interface ChangeBody {
        boolean apply(Change change);
    }

    List<Long> all() {
        return new ArrayList<>(files.keySet());
    }

    int count() {
        return files.size();
    }

    /** The sum of what would have to be sent, as last measured. */
    long bytes() {
        long sum = 0;
        for (DirtyFile file : files.values()) {
            sum += file.bytes;
        }
        return sum;
    }
}
