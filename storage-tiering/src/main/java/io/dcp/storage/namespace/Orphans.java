package io.dcp.storage.namespace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is recorded of files without a name that programs may still have open: unlinked ones, and those of O_TMPFILE. Nobody
 * tells when their last descriptor is closed, so a record stays until the mirror gives the number to another file, the
 * machine boots, or {@link #MAX} later ones have come; then the oldest goes.
 */
final class Orphans {
    static final int MAX = 65_536;

    /** By the mirror's number; the oldest first. */
    private final Map<Long, Inode> byMirror = new LinkedHashMap<>();

    synchronized Inode get(long mirrorInode) {
        return byMirror.get(mirrorInode);
    }

    synchronized void put(Inode orphan) {
        byMirror.remove(orphan.mirrorInode());
        byMirror.put(orphan.mirrorInode(), orphan);
    }

    synchronized void remove(long mirrorInode) {
        byMirror.remove(mirrorInode);
    }

    /** The numbers of the oldest ones, which have to go if so many are added. */
    synchronized List<Long> surplus(int added) {
        int count = Math.min(byMirror.size(), byMirror.size() + added - MAX);
        return count <= 0 ? List.of() : byMirror.keySet().stream().limit(count).toList();
    }

    synchronized List<Long> all() {
        return List.copyOf(byMirror.keySet());
    }

    synchronized void clear() {
        byMirror.clear();
    }
}
