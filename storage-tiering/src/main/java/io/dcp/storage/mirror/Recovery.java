package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Moment;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings mirror and namespace together: at the start, and before the mirror is emptied. Under the agent's credentials. */
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

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
        replaced(namespace, tree);
    }

    /** Begins a new mirror generation in the root directory as it is now. */
    static void replaced(Namespace namespace, MirrorTree tree) throws IOException {
        Inode root = namespace.inode(Namespace.ROOT);
        tree.kernel().fchownat(tree.rootFd(), Paths.EMPTY, root.uid(), root.gid(), Stat.AT_EMPTY_PATH);
        tree.kernel().fchmod(tree.rootFd(), root.mode() & 07777);
        try (Change change = namespace.change()) {
            change.newMirror(!namespace.isEmpty(Namespace.ROOT));
            change.commit();
        }
        Seen seen = tree.stat(tree.rootFd());
        if (seen == null) {
            throw new IOException("cannot ask for the mirror's root");
        }
        try (Change change = namespace.change()) {
            change.put(root.edit()
                    .onMirror(namespace.mirrorGeneration(), seen.ino(), seen.btime(), seen.ctime())
                    .present(true)
                    .build());
            change.commit();
        }
    }

    /** The root's mirror file has changed without the tree having changed. */
    static void rootEmptied(Namespace namespace, MirrorTree tree) throws IOException {
        Seen seen = tree.stat(tree.rootFd());
        try (Change change = namespace.change()) {
            Inode root = change.inode(Namespace.ROOT);
            if (seen != null && root != null) {
                change.put(root.edit().mirrorCtime(seen.ctime()).build());
                change.commit();
            }
        }
    }

    /** Finishes or forgets what a killed agent was doing. */
    void settleIntents() throws IOException {
        for (IntentSlots.Intent intent : services.intents().left()) {
            List<Reconciler.Site> sites = new ArrayList<>(2);
            List<Name> settled = new ArrayList<>(intent.names());
            if (settled.size() == 2) {
                // The target of a rename first, so that what moved is never without a name.
                settled = List.of(settled.get(1), settled.get(0));
            }
            for (Name name : settled) {
                int fd = services.tree().openDirectory(name.directory());
                if (fd >= 0) {
                    sites.add(new Reconciler.Site(name, fd));
                }
            }
            try {
                boolean changed = services.reconciler().settle(sites, intent.session(), intent.requestId(), false);
                log.info("a change was under way at the last stop: {} {}", changed ? "recorded" : "not made", sites);
            } finally {
                sites.forEach(site -> services.kernel().close(site.directoryFd()));
            }
            for (Name name : settled) {
                var entry = services.namespace().entry(name.directory(), name.bytes());
                if (entry != null) {
                    services.reconciler().refresh(entry.ino());
                }
            }
        }
        services.intents().forgetAll();
    }

    /**
     * Finds whatever was changed natively behind the namespace's back, before the mirror is emptied.
     *
     * @return the number of files that turned out to be newer than recorded
     */
    int takeInNativeChanges() throws IOException {
        List<Inode> changed = new ArrayList<>();
        services.namespace().allInodes(inode -> {
            if (!services.namespace().isOnMirror(inode)) {
                return;
            }
            int fd = services.tree().open(inode, OpenFlags.O_PATH);
            if (fd < 0) {
                return;
            }
            Seen seen = services.tree().stat(fd);
            services.kernel().close(fd);
            if (seen != null && !seen.ctime().equals(inode.mirrorCtime())) {
                changed.add(inode);
            }
        });
        int newer = 0;
        for (Inode inode : changed) {
            if (inode.isDirectory()) {
                services.adoption().rescan(inode.ino());
            } else {
                Moment before = inode.mtime();
                services.reconciler().refresh(inode.ino());
                services.xattrs().record(services.namespace().inode(inode.ino()));
                Inode now = services.namespace().inode(inode.ino());
                if (now != null
                        && now.isRegular()
                        && inode.present()
                        && !now.mtime().equals(before)) {
                    services.dirty().grant(inode.ino());
                    newer++;
                }
            }
        }
        return newer;
    }
}
