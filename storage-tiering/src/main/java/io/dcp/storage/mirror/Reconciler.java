package io.dcp.storage.mirror;

import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the namespace say what the mirror shows for some names. This one step records a create, link, rename, exchange or
 * removal that the kernel has just made, finishes one that a killed agent had begun, and takes in what an unattached
 * program did.
 *
 * <p>The caller holds the locks of the directories. Acts under the agent's credentials, which the caller assumes.
 */
final class Reconciler {
    private final MirrorTree tree;
    private final Namespace namespace;
    private final Orphans orphans;
    private final DirtyFiles dirty;
    private final Sessions sessions;
    private final Xattrs xattrs;

    /**
     * A name and where it is.
     *
     * @param directoryFd a descriptor of the directory
     * @param fresh whether a directory that is found there was just made by the agent, and therefore is empty
     */
    record Site(Name name, int directoryFd, boolean fresh) {
        Site(Name name, int directoryFd) {
            this(name, directoryFd, false);
        }
    }

    Reconciler(
            MirrorTree tree, Namespace namespace, Orphans orphans, DirtyFiles dirty, Sessions sessions, Xattrs xattrs) {
        this.tree = tree;
        this.namespace = namespace;
        this.orphans = orphans;
        this.dirty = dirty;
        this.sessions = sessions;
        this.xattrs = xattrs;
    }

    /** What the mirror shows of one name. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Finding(Site site, Seen seen, byte[] target) {}

    /**
     * Settles names, and remembers that a session's request is completed.
     *
     * @param session 0 for none
     * @param completeAnyway whether the request counts as completed even if nothing had to be recorded
     * @return whether the namespace had to be changed
     */
    boolean settle(List<Site> sites, long session, long requestId, boolean completeAnyway) throws IOException {
        List<Finding> findings = new ArrayList<>(sites.size());
        for (Site site : sites) {
            Seen seen = tree.look(site.directoryFd(), site.name().bytes());
            byte[] target = seen != null && seen.isSymlink() ? readLink(site) : Paths.EMPTY;
            findings.add(new Finding(site, seen, target));
        }
        Settlement settlement = new Settlement();
        try (Change change = namespace.change()) {
            settlement.change = change;
            findings.forEach(settlement::compare);
            settlement.apply();
            if (settlement.changed()) {
                for (Site site : sites) {
                    settlement.directoryChanged(site);
                }
            }
            if (settlement.changed() || completeAnyway) {
                Sessions.record(change, session, requestId);
            }
            change.commit();
        }
        if (settlement.changed() || completeAnyway) {
            sessions.completed(session, requestId);
        }
        settlement.afterCommit();
        return settlement.changed();
    }

    private byte[] readLink(Site site) {
        byte[] into = new byte[Paths.MAX_BYTES + 1];
        long length = tree.kernel().readlinkat(site.directoryFd(), site.name().bytes(), into);
        return length < 0 ? Paths.EMPTY : Arrays.copyOf(into, (int) length);
    }

    /** One run of {@link #settle}. */
    private final class Settlement {
        private final Map<Name, Inode> added = new LinkedHashMap<>();
        private final List<Name> removed = new ArrayList<>();
        private final Map<Long, Seen> seenByIno = new LinkedHashMap<>();
        private final Map<Long, Integer> links = new LinkedHashMap<>();
        private final Map<Long, Integer> subdirectories = new LinkedHashMap<>();
        private final Set<Long> created = new HashSet<>();
        private final List<Inode> ended = new ArrayList<>();
        private final List<Long> stillLinked = new ArrayList<>();
        private Change change;

        boolean changed() {
            return !added.isEmpty() || !removed.isEmpty();
        }

        void compare(Finding finding) {
            Name name = finding.site().name();
            Seen seen = finding.seen();
            Entry entry = change.entry(name);
            if (seen == null) {
                if (entry != null && namespace.isOnMirror(entry)) {
                    removed.add(name);
                }
                return;
            }
            Inode known = tree.inodeOf(seen);
            if (known == null) {
                known = orphans.find(seen.ino(), seen.btime());
            }
            if (known != null && entry != null && entry.ino() == known.ino()) {
                return;
            }
            if (entry != null) {
                removed.add(name);
            }
            Inode target = known != null ? known : newInode(seen, finding);
            seenByIno.put(target.ino(), seen);
            added.put(name, target);
        }

        private Inode newInode(Seen seen, Finding finding) {
            for (Map.Entry<Long, Seen> other : seenByIno.entrySet()) {
                if (other.getValue().ino() == seen.ino() && created.contains(other.getKey())) {
                    return added.values().stream()
                            .filter(inode -> inode.ino() == other.getKey())
                            .findFirst()
                            .orElseThrow();
                }
            }
            Inode inode = AttributesOf.imported(change.allocateInode(), seen, namespace.mirrorGeneration())
                    .target(finding.target())
                    .nlink(0)
                    .mirrorCtime(seen.isDirectory() && !finding.site().fresh() ? Moment.ZERO : seen.ctime())
                    .build();
            created.add(inode.ino());
            return inode;
        }

        void apply() {
            for (Name name : removed) {
                Inode inode = change.inode(change.entry(name).ino());
                change.unlink(name);
                count(inode, name, -1);
            }
            added.forEach((name, inode) -> {
                change.link(name, inode, true);
                count(inode, name, 1);
            });
            links.forEach(this::recount);
        }

        private void count(Inode inode, Name name, int by) {
            if (inode == null) {
                return;
            }
            links.merge(inode.ino(), by, Integer::sum);
            if (inode.isDirectory()) {
                subdirectories.merge(name.directory(), by, Integer::sum);
            }
        }

        private void recount(long ino, int by) {
            Inode before = change.inode(ino);
            Inode base = before != null
                    ? before
                    : added.values().stream()
                            .filter(inode -> inode.ino() == ino)
                            .findFirst()
                            .orElseThrow();
            int nlink = base.isDirectory()
                    ? (before == null || by >= 0 ? Math.max(2, base.nlink()) : 0)
                    : base.nlink() + by;
            Seen seen = seenByIno.get(ino);
            Inode.Draft draft = seen == null ? base.edit() : AttributesOf.refreshed(base, seen);
            Inode after = draft.nlink(nlink).build();
            if (nlink <= 0) {
                change.remove(base);
                ended.add(after);
                return;
            }
            change.put(after);
            if (created.contains(ino) || before == null) {
                if (after.isRegular()) {
                    change.dirty(ino, true);
                }
            } else if (seen == null) {
                stillLinked.add(ino);
            }
        }

        void directoryChanged(Site site) {
            Inode directory = change.inode(site.name().directory());
            Seen seen = tree.stat(site.directoryFd());
            if (directory == null || seen == null) {
                return;
            }
            Integer delta = subdirectories.remove(directory.ino());
            change.put(directory
                    .edit()
                    .nlink(directory.nlink() + (delta == null ? 0 : delta))
                    .mtime(seen.mtime())
                    .ctime(seen.ctime())
                    .mirrorCtime(directory.mirrorCtime().equals(Moment.ZERO) ? Moment.ZERO : seen.ctime())
                    .build());
        }

        void afterCommit() throws IOException {
            for (Inode inode : ended) {
                dirty.gone(inode.ino());
                if (namespace.isOnMirror(inode)) {
                    orphans.add(inode);
                }
            }
            for (Map.Entry<Name, Inode> entry : added.entrySet()) {
                Inode inode = entry.getValue();
                orphans.remove(inode.mirrorInode());
                if (inode.isRegular() && namespace.isDirty(inode.ino())) {
                    dirty.marked(inode.ino());
                }
                Inode parent = namespace.inode(entry.getKey().directory());
                if (created.contains(inode.ino()) && parent != null && parent.hasXattrs()) {
                    xattrs.record(namespace.inode(inode.ino()));
                }
            }
            for (long ino : stillLinked) {
                refresh(ino);
            }
        }
    }

    /** Records the mirror file's attributes, if it has been changed since they were recorded. */
    void refresh(long ino) throws IOException {
        Inode inode = namespace.inode(ino);
        if (inode == null || !namespace.isOnMirror(inode)) {
            return;
        }
        int fd = tree.open(inode, io.dcp.ipc.kernel.OpenFlags.O_PATH);
        if (fd < 0) {
            return;
        }
        try {
            Seen seen = tree.stat(fd);
            if (seen != null) {
                record(ino, seen, 0, 0);
            }
        } finally {
            tree.kernel().close(fd);
        }
    }

    /** Records attributes that were just seen on the mirror, unless newer ones are recorded, and a session's completion. */
    Inode record(long ino, Seen seen, long session, long requestId) throws IOException {
        Inode recorded;
        try (Change change = namespace.change()) {
            Inode inode = change.inode(ino);
            recorded = inode;
            if (inode != null && seen.ctime().compareTo(inode.mirrorCtime()) > 0) {
                recorded = AttributesOf.refreshed(inode, seen).build();
                change.put(recorded);
            }
            Sessions.record(change, session, requestId);
            change.commit();
        }
        sessions.completed(session, requestId);
        return recorded;
    }
}
