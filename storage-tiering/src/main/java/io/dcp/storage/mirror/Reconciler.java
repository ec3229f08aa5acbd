package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
    private final DirtyFiles dirty;
    private final Sessions sessions;
    private final Xattrs xattrs;

    /**
     * A name and where it is.
     *
     * @param directoryFd a descriptor of the directory
     * @param own whether what is found there is of this agent's making: a new directory is empty, a new file bare
     * @param noticed whether everything that happened in the directory before is recorded; if not, it has to be listed
     * @param fresh whether what is found there was made just now: it is no file that is known, though it may have the number
     *     and the time of birth of one that is gone (the clock of birth times goes in steps of some milliseconds)
     * @param formerFd a descriptor (O_PATH) of the file that has the name before the change and keeps others after it, so
     *     that none of these has to be looked for; -1 if there is none
     * @param ending the mirror's number of the file that may lose its last name here; 0 if there is none
     */
    record Site(Name name, int directoryFd, boolean own, boolean noticed, boolean fresh, int formerFd, long ending) {
        /** A name of which nothing is known. */
        Site(Name name, int directoryFd) {
            this(name, directoryFd, false, false, false, -1, 0);
        }

        /** The same place, where the agent is about to make a new file. */
        Site forNewFile() {
            return new Site(name, directoryFd, own, noticed, true, formerFd, ending);
        }

        /** The same place, where the agent is about to take the name from the file that has it, or to give it to another. */
        Site forRemoval(MirrorTree tree, Namespace namespace) {
            Entry entry = namespace.entry(name.directory(), name.bytes());
            Inode inode = entry == null ? null : namespace.inode(entry.ino());
            if (inode == null) {
                return this;
            }
            if (inode.isDirectory() || inode.nlink() < 2) {
                return new Site(name, directoryFd, own, noticed, fresh, -1, inode.mirrorInode());
            }
            int flags = OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
            int fd = tree.kernel().openat(directoryFd, name.bytes(), flags, 0);
            return new Site(name, directoryFd, own, noticed, fresh, fd < 0 ? -1 : fd, inode.mirrorInode());
        }

        void close(Kernel kernel) {
            if (formerFd >= 0) {
                kernel.close(formerFd);
            }
        }
    }

    /** A place where the agent is about to make a change, under the directory's lock. */
    Site before(Place place) {
        Seen seen = tree.stat(place.directoryFd());
        Inode directory = namespace.inode(place.directory().ino());
        boolean noticed = seen != null && directory != null && seen.ctime().equals(directory.mirrorCtime());
        return new Site(place.name(), place.directoryFd(), true, noticed, false, -1, 0);
    }

    Reconciler(MirrorTree tree, Namespace namespace, DirtyFiles dirty, Sessions sessions, Xattrs xattrs) {
        this.tree = tree;
        this.namespace = namespace;
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
            if (seen != null && (seen.isRegular() || seen.isDirectory())) {
                recordXattrsOfKnown(site, seen);
            }
        }
        Settlement settlement = new Settlement();
        try (Change change = namespace.change()) {
            settlement.change = change;
            findings.forEach(settlement::compare);
            settlement.apply();
            if (settlement.changed()) {
                Set<Long> directories = new HashSet<>();
                for (Site site : sites) {
                    if (directories.add(site.name().directory())) {
                        settlement.directoryChanged(site);
                    }
                }
            }
            if (settlement.changed() || completeAnyway) {
                Sessions.record(change, session, requestId);
            }
            settlement.ended.stream().filter(namespace::isOnMirror).forEach(change::orphan);
            change.commit();
        }
        if (settlement.changed() || completeAnyway) {
            sessions.completed(session, requestId);
        }
        settlement.afterCommit(findings);
        return settlement.changed();
    }

    /** Records that all names of a directory are settled as they were when the mirror showed it so. */
    void settled(long directory, Seen seen) throws IOException {
        try (Change change = namespace.change()) {
            Inode inode = change.inode(directory);
            if (inode != null && !inode.mirrorCtime().equals(seen.ctime())) {
                change.put(inode.edit()
                        .mtime(seen.mtime())
                        .ctime(seen.ctime())
                        .mirrorCtime(seen.ctime())
                        .build());
                change.commit();
            }
        }
    }

    private void recordXattrsOfKnown(Site site, Seen seen) throws IOException {
        Inode known = tree.inodeOf(seen);
        if (known != null) {
            byte[] directory = Paths.ofDescriptor(site.directoryFd());
            xattrs.record(known.ino(), Paths.join(directory, site.name().bytes()));
        }
    }

    private byte[] readLink(Site site) {
        byte[] into = new byte[Paths.MAX_BYTES + 1];
        long length = tree.kernel().readlinkat(site.directoryFd(), site.name().bytes(), into);
        return length < 0 ? Paths.EMPTY : Arrays.copyOf(into, (int) length);
    }

    /** One run of {@link #settle}. */
    private final class Settlement {
        private final Map<Name, Inode> added = new LinkedHashMap<>();
        private final Set<Name> removed = new LinkedHashSet<>();
        private final Map<Long, Seen> seenByIno = new LinkedHashMap<>();
        private final Map<Long, Integer> links = new LinkedHashMap<>();
        private final Map<Long, Integer> subdirectories = new LinkedHashMap<>();
        private final Set<Long> created = new HashSet<>();
        private final Map<Long, Inode> createdByMirror = new HashMap<>();
        private final Set<Long> returned = new HashSet<>();
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
            if (known == null && !finding.site().fresh()) {
                known = tree.orphanOf(seen);
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
            Inode another = createdByMirror.get(seen.ino());
            if (another != null) {
                return another;
            }
            Inode inode = AttributesOf.imported(change.allocateInode(), seen, namespace.mirrorGeneration())
                    .target(finding.target())
                    .nlink(0)
                    .mirrorCtime(seen.isDirectory() && !finding.site().own() ? Moment.ZERO : seen.ctime())
                    .build();
            created.add(inode.ino());
            createdByMirror.put(seen.ino(), inode);
            return inode;
        }

        void apply() {
            removed.forEach(this::remove);
            added.forEach((name, inode) -> {
                change.link(name, inode, true);
                count(inode, name, 1);
            });
            List.copyOf(links.keySet()).forEach(this::removeBelow);
            links.forEach(this::recount);
        }

        private void remove(Name name) {
            Inode inode = change.inode(change.entry(name).ino());
            removed.add(name);
            change.unlink(name);
            count(inode, name, -1);
        }

        /** What an ended directory still has in the namespace was removed natively, or moved to where it will be found. */
        private void removeBelow(long ino) {
            Inode directory = change.inode(ino);
            if (directory == null || !directory.isDirectory() || links.get(ino) >= 0 || isNamed(ino)) {
                return;
            }
            namespace.list(ino, 0, (bytes, child, type, slot) -> {
                Name name = new Name(ino, bytes);
                if (change.entry(name) != null) {
                    remove(name);
                    removeBelow(child);
                }
                return true;
            });
        }

        /** Whether a directory that lost a name has another one: it was moved, and its new name found first. */
        private boolean isNamed(long ino) {
            return added.values().stream().anyMatch(inode -> inode.ino() == ino)
                    || namespace.names(ino).stream().anyMatch(name -> !removed.contains(name));
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
                    ? (before == null || by >= 0 || isNamed(ino) ? Math.max(2, base.nlink()) : 0)
                    : base.nlink() + by;
            Inode after = asSeen(base).nlink(nlink).build();
            if (nlink <= 0) {
                change.remove(base);
                ended.add(after);
                return;
            }
            change.put(after);
            if (before == null) {
                if (!created.contains(ino)) {
                    returned.add(ino);
                }
                if (after.isRegular()) {
                    change.dirty(ino, true);
                }
            } else if (!seenByIno.containsKey(ino)) {
                stillLinked.add(ino);
            }
        }

        private Inode.Draft asSeen(Inode base) {
            Seen seen = seenByIno.get(base.ino());
            if (seen == null || created.contains(base.ino())) {
                return base.edit();
            }
            // A directory that was moved has a new ctime, which no longer tells whether something happened in it.
            Inode.Draft draft = AttributesOf.refreshed(base, seen);
            return base.isDirectory() ? draft.mirrorCtime(Moment.ZERO) : draft;
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
                    .mirrorCtime(site.noticed() ? seen.ctime() : Moment.ZERO)
                    .build());
        }

        void afterCommit(List<Finding> findings) throws IOException {
            ended.forEach(inode -> dirty.gone(inode.ino()));
            for (Finding finding : findings) {
                Inode inode = added.get(finding.site().name());
                if (inode == null) {
                    continue;
                }
                if (inode.isRegular() && namespace.isDirty(inode.ino())) {
                    dirty.marked(inode.ino());
                }
                if (mayHaveXattrs(finding.site(), inode)) {
                    recordXattrs(finding.site(), inode);
                }
            }
            for (long ino : stillLinked) {
                refresh(ino, findings);
            }
        }

        /** A file that was just made has attributes only if the directory gives it some: a default ACL. */
        private boolean mayHaveXattrs(Site site, Inode inode) {
            if (!created.contains(inode.ino())) {
                return returned.contains(inode.ino());
            }
            Inode parent = namespace.inode(site.name().directory());
            return !site.own() || (parent != null && parent.hasXattrs());
        }
    }

    private void recordXattrs(Site site, Inode inode) throws IOException {
        int fd = tree.kernel()
                .openat(
                        site.directoryFd(),
                        site.name().bytes(),
                        OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC,
                        0);
        if (fd < 0) {
            return;
        }
        try {
            xattrs.record(inode.ino(), fd);
        } finally {
            tree.kernel().close(fd);
        }
    }

    /** As {@link #refresh(long)}, of a file that has just lost a name. */
    private void refresh(long ino, List<Finding> findings) throws IOException {
        Inode inode = namespace.inode(ino);
        for (Finding finding : findings) {
            int fd = finding.site().formerFd();
            Seen seen = inode == null || fd < 0 ? null : tree.stat(fd);
            if (seen != null && seen.ino() == inode.mirrorInode() && namespace.isOnMirror(inode)) {
                xattrs.record(ino, fd);
                record(ino, seen, false, 0, 0);
                return;
            }
        }
        refresh(ino);
    }

    /** Records the mirror file's attributes, if it has been changed since they were recorded. */
    void refresh(long ino) throws IOException {
        Inode inode = namespace.inode(ino);
        if (inode == null || !namespace.isOnMirror(inode)) {
            return;
        }
        int fd = tree.open(inode, OpenFlags.O_PATH);
        if (fd < 0) {
            return;
        }
        try {
            Seen seen = tree.stat(fd);
            if (seen != null) {
                xattrs.record(ino, fd);
                record(ino, seen, false, 0, 0);
            }
        } finally {
            tree.kernel().close(fd);
        }
    }

    /**
     * Records that a file was emptied or cut on the mirror, whose contents, as they are there now, are the file's from now
     * on; and that it is dirty, and a session's completion.
     */
    void replaced(long ino, Seen seen, long session, long requestId) throws IOException {
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            if (now == null) {
                return;
            }
            change.put(AttributesOf.refreshed(
                            now.edit().present(true).fetched(false).build(), seen)
                    .build());
            change.dirty(ino, true);
            Sessions.record(change, session, requestId);
            change.commit();
        }
        dirty.marked(ino);
        sessions.completed(session, requestId);
    }

    /** Records the mtime that a file was given whose contents are not on the mirror. */
    void touched(long ino, Moment mtime) throws IOException {
        try (Change change = namespace.change()) {
            Inode now = change.inode(ino);
            if (now != null) {
                change.put(now.edit().mtime(mtime).build());
                change.commit();
            }
        }
    }

    /**
     * Records attributes that were just seen on the mirror, unless newer ones are recorded, and a session's completion.
     *
     * @param noticed of a directory: whether nothing happened in it that is not recorded; if not, it has to be listed
     * @return the record as it is now; null if there is none
     */
    Inode record(long ino, Seen seen, boolean noticed, long session, long requestId) throws IOException {
        Inode recorded;
        try (Change change = namespace.change()) {
            recorded = change.inode(ino);
            if (recorded != null && seen.ctime().compareTo(recorded.mirrorCtime()) > 0) {
                Inode.Draft next = AttributesOf.refreshed(recorded, seen);
                recorded = (recorded.isDirectory() && !noticed ? next.mirrorCtime(Moment.ZERO) : next).build();
                change.put(recorded);
            }
            Sessions.record(change, session, requestId);
            change.commit();
        }
        sessions.completed(session, requestId);
        return recorded;
    }
}
