package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Inodes without a name that programs may still have open: unlinked ones, and those of O_TMPFILE. In memory only: they
 * end with the programs. Bounded; what is forgotten shows the mirror's own numbers in {@code fstat}.
 */
final class Orphans {
    private static final int MAX = 65_536;

    private final Map<Long, Inode> byMirror = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Inode> eldest) {
            return size() > MAX;
        }
    };

    /** Remembers an inode whose last name is gone, or that never had one. */
    synchronized void add(Inode inode) {
        byMirror.put(inode.mirrorInode(), inode);
    }

    /** Finds one by its mirror file; null if there is none. */
    synchronized Inode find(long mirrorInode, Moment birth) {
        Inode inode = byMirror.get(mirrorInode);
        return inode != null && inode.mirrorBtime().equals(birth) ? inode : null;
    }

    /** Forgets one: it has a name now. */
    synchronized void remove(long mirrorInode) {
        byMirror.remove(mirrorInode);
    }
}
