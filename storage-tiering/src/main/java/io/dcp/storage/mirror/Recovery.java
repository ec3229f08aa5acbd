package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings mirror and namespace together: at the start, and before the mirror is emptied. Under the agent's credentials. */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private static final int DT_DIR = 4;

    private final Services services;

    Recovery(Services services) {
        this.services = services;
    }

    /** Makes the root known, or notices that this is another mirror than the one that the namespace remembers. */
    static void attach(Namespace namespace, MirrorTree tree) throws IOException {
        Seen seen = tree.root();
        try (Change change = namespace.change()) {
            Inode root = change.inode(Namespace.ROOT);
            if (root == null) {
                change.put(AttributesOf.imported(Namespace.ROOT, seen, namespace.mirrorGeneration())
                        .nlink(2)
                        .build());
                change.commit();
                return;
            }
            if (namespace.isOnMirror(root)
                    && root.mirrorInode() == seen.ino()
                    && root.mirrorBtime().equals(seen.btime())) {
                return;
            }
        }
        log.error("the mirror is not the one of last time: what had not reached the object store is lost with it");
        replaced(namespace, tree, false);
    }

    /**
     * Begins a new mirror generation in the root directory as it is now.
     *
     * @param sweeping whether what is in the directory is an older mirror's, which has to be removed
     */
    static void replaced(Namespace namespace, MirrorTree tree, boolean sweeping) throws IOException {
        Inode root = namespace.inode(Namespace.ROOT);
        tree.kernel().fchownat(tree.rootFd(), Paths.EMPTY, root.uid(), root.gid(), Stat.AT_EMPTY_PATH);
        tree.kernel().fchmod(tree.rootFd(), root.mode() & 07777);
        Seen seen = restoredTimes(tree, root);
        try (Change change = namespace.change()) {
            int generation = change.newMirror(!namespace.isEmpty(Namespace.ROOT), sweeping);
            // Another directory may hold something that has to be taken in.
            Moment listed = sweeping ? seen.ctime() : Moment.ZERO;
            change.put(root.edit()
                    .onMirror(generation, seen.ino(), seen.btime(), listed)
                    .present(true)
                    .build());
            change.commit();
        }
    }

    /** Removes what an older mirror held; may be called again if it was not finished. */
    static void sweep(Namespace namespace, MirrorTree tree) throws IOException {
        new MirrorSweep(tree.kernel()).empty(tree.rootFd());
        Inode root = namespace.inode(Namespace.ROOT);
        Seen seen = restoredTimes(tree, root);
        try (Change change = namespace.change()) {
            change.swept();
            change.put(root.edit().mirrorCtime(seen.ctime()).build());
            change.commit();
        }
    }

    private static Seen restoredTimes(MirrorTree tree, Inode root) throws IOException {
        Moment mtime = root.mtime();
        tree.kernel()
                .utimensat(
                        tree.rootFd(),
                        Paths.EMPTY,
                        0,
                        Stat.UTIME_OMIT,
                        mtime.seconds(),
                        mtime.nanos(),
                        Stat.AT_EMPTY_PATH);
        Seen seen = tree.stat(tree.rootFd());
        if (seen == null) {
            throw new IOException("cannot ask for the mirror's root");
        }
        return seen;
    }

    /** Finishes or forgets what a killed agent was doing. */
    void settleIntents() throws IOException {
        List<IntentSlots.Intent> left = new ArrayList<>(services.intents().left());
        // One of them may be in a directory that another one has moved.
        boolean progress = true;
        while (progress && !left.isEmpty()) {
            progress = false;
            for (Iterator<IntentSlots.Intent> each = left.iterator(); each.hasNext(); ) {
                IntentSlots.Intent intent = each.next();
                if (settle(intent, false)) {
                    each.remove();
                    progress = true;
                }
            }
        }
        for (IntentSlots.Intent intent : left) {
            settle(intent, true);
        }
        services.intents().forgetAll();
    }

    /** Records what could not be recorded when it was made. */
    @SuppressWarnings("try") // locks are held, not used
    void retryKept() throws IOException {
        services.intents().retryKept(intent -> {
            long[] directories =
                    intent.names().stream().mapToLong(Name::directory).toArray();
            try (DirectoryLocks.Held held = services.locks().hold(directories)) {
                settle(intent, true);
            }
        });
    }

    /** Returns false if a directory is not where it should be, unless that is to be ignored. */
    private boolean settle(IntentSlots.Intent intent, boolean anyway) throws IOException {
        List<Reconciler.Site> sites = new ArrayList<>(2);
        try {
            // The target of a rename, which is the second, first, so that what moved is never without a name.
            for (int i = intent.names().size() - 1; i >= 0; i--) {
                Name name = intent.names().get(i);
                int fd = openDirectory(name.directory());
                if (fd >= 0) {
                    Reconciler.Site site = new Reconciler.Site(name, fd);
                    sites.add(intent.newFile() ? site.forNewFile() : site);
                } else if (!anyway) {
                    return false;
                }
            }
            boolean changed = services.reconciler().settle(sites, intent.session(), intent.requestId(), false);
            log.info("a change was under way: {} {}", changed ? "recorded" : "not made", intent.names());
        } finally {
            sites.forEach(site -> services.kernel().close(site.directoryFd()));
        }
        return true;
    }

    /** Like the tree's, but makes sure that it is the directory that was meant. */
    private int openDirectory(long ino) {
        int fd = services.tree().openDirectory(ino);
        Seen seen = fd < 0 ? null : services.tree().stat(fd);
        Inode inode = seen == null ? null : services.tree().inodeOf(seen);
        if (inode == null || inode.ino() != ino) {
            if (fd >= 0) {
                services.kernel().close(fd);
            }
            return -1;
        }
        return fd;
    }

    /**
     * Finds whatever was changed natively behind the namespace's back, before the mirror is emptied.
     *
     * @return the number of files that turned out to be newer than recorded
     */
    int takeInNativeChanges() throws IOException {
        List<Inode> changed = new ArrayList<>();
        services.namespace().allInodes(inode -> {
            if (services.namespace().isOnMirror(inode) && isChanged(inode)) {
                changed.add(inode);
            }
        });
        int newer = 0;
        for (Inode inode : changed) {
            if (inode.isDirectory()) {
                takeInBelow(inode.ino());
            } else if (takeIn(inode.ino())) {
                newer++;
            }
        }
        return newer;
    }

    private boolean isChanged(Inode inode) {
        int fd = services.tree().open(inode, OpenFlags.O_PATH);
        if (fd < 0) {
            return false;
        }
        Seen seen = services.tree().stat(fd);
        services.kernel().close(fd);
        return seen != null && !seen.ctime().equals(inode.mirrorCtime());
    }

    private boolean takeIn(long ino) throws IOException {
        Inode before = services.namespace().inode(ino);
        services.reconciler().refresh(ino);
        Inode now = services.namespace().inode(ino);
        boolean newer = before != null
                && now != null
                && now.isRegular()
                && now.present()
                && (!now.mtime().equals(before.mtime()) || now.sizeBytes() != before.sizeBytes());
        if (!newer || services.dirty().contains(ino)) {
            return false;
        }
        services.dirty().grant(ino);
        return true;
    }

    /** Takes in a directory, and those in it that were made natively. */
    private void takeInBelow(long top) throws IOException {
        Deque<Long> directories = new ArrayDeque<>(List.of(top));
        while (!directories.isEmpty()) {
            long directory = directories.remove();
            services.adoption().rescan(directory);
            services.namespace().list(directory, 0, (name, ino, type, slot) -> {
                Inode inode = type == DT_DIR ? services.namespace().inode(ino) : null;
                if (inode != null
                        && services.namespace().isOnMirror(inode)
                        && inode.mirrorCtime().equals(Moment.ZERO)) {
                    directories.add(ino);
                }
                return true;
            });
        }
    }
}
