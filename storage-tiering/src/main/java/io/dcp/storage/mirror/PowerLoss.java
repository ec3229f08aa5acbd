package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the namespace true again when power was lost while the mirror was in use. By then the journal has forgotten what
 * the mirror may lack ({@link MirrorMark}), so the mirror is as the namespace says or newer, and what it shows is taken in:
 *
 * <ul>
 *   <li>names and attributes, as they are there;
 *   <li>contents that were changed after they were last recorded, and those of files that were dirty: they are dirty;
 *   <li>contents of files that were clean are the same as in the object store, and on the disk, because a file becomes
 *       clean only then; except those that were fetched, which are fetched again.
 * </ul>
 *
 * <p>New names are added before old ones are taken away, so that what was moved keeps its inode, its chunks with it. May
 * be run again if it was not finished. Before programs call; under the agent's credentials.
 */
final class PowerLoss {
    private static final Logger log = LoggerFactory.getLogger(PowerLoss.class);
    private static final int LIST =
            OpenFlags.O_RDONLY | OpenFlags.O_NOATIME | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;
    private static final int SETTLED_AT_ONCE = 128;

    private final Services services;
    private final Kernel kernel;
    private final Namespace namespace;
    private final MirrorTree tree;
    private final Deque<Directory> waiting = new ArrayDeque<>();

    /** Those in which a name is gone or another file's. */
    private final List<Stale> stale = new ArrayList<>();

    private int doubtful;
    private int changed;

    /** A directory and its path below the mirror's root. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Directory(long ino, byte[] path) {}

    /** Names of a directory that do not stand for what they stood for. */
    private record Stale(Directory directory, List<Name> names) {}

    PowerLoss(Services services) {
        this.services = services;
        this.kernel = services.kernel();
        this.namespace = services.namespace();
        this.tree = services.tree();
    }

    /** Takes in what the mirror shows. */
    void recover() throws IOException {
        log.warn("power was lost while the mirror was in use, it is compared with the metadata");
        forgetFetched();
        waiting.add(new Directory(Namespace.ROOT, Paths.bytes(".")));
        int settled = 0;
        while (!waiting.isEmpty()) {
            visit(waiting.remove());
            if (waiting.isEmpty()) {
                List<Stale> found = List.copyOf(stale.subList(settled, stale.size()));
                settled = stale.size();
                settleReplaced(found);
            }
        }
        for (Stale each : stale) {
            settleGone(each);
        }
        log.warn(
                "the mirror was compared: filesChanged={} contentsFetchedAgain={} directoriesWithStaleNames={}",
                changed,
                doubtful,
                stale.size());
    }

    private void forgetFetched() throws IOException {
        List<Long> fetched = new ArrayList<>();
        namespace.allInodes(inode -> {
            if (inode.fetched()) {
                fetched.add(inode.ino());
            }
        });
        for (long ino : fetched) {
            try (Change change = namespace.change()) {
                change.put(
                        change.inode(ino).edit().present(false).fetched(false).build());
                if (!namespace.isCold()) {
                    change.cold();
                }
                change.commit();
            }
            services.region().stepOfStart();
        }
        doubtful = fetched.size();
    }

    private void visit(Directory directory) throws IOException {
        services.region().stepOfStart();
        int path = openAgain(directory);
        int fd = -1;
        try {
            fd = kernel.openat(path, Paths.bytes("."), LIST, 0);
            Seen seen = fd < 0 ? null : tree.stat(fd);
            if (seen == null) {
                throw new IOException("a directory of the mirror cannot be read: ino=" + directory.ino());
            }
            takeInAttributes(directory.ino(), fd, seen);
            compare(directory, fd);
            services.reconciler().settled(directory.ino(), seen);
        } finally {
            if (fd >= 0) {
                kernel.close(fd);
            }
            kernel.close(path);
        }
    }

    private void compare(Directory directory, int fd) throws IOException {
        Set<Name> shown = new HashSet<>();
        List<Name> others = new ArrayList<>();
        List<Name> added = new ArrayList<>();
        DirectoryEntries.read(kernel, fd, (bytes, mirrorInode) -> shown.add(new Name(directory.ino(), bytes)));
        for (Name name : shown) {
            services.region().stepOfStart();
            Entry entry = namespace.entry(name.directory(), name.bytes());
            Seen seen = tree.look(fd, name.bytes());
            if (seen == null) {
                throw new IOException("a name of the mirror cannot be asked for: name=" + name);
            }
            Inode known = tree.inodeOf(seen);
            if (entry == null) {
                added.add(name);
            } else if (known == null || known.ino() != entry.ino()) {
                others.add(name);
                if (known != null && known.isDirectory()) {
                    waiting.add(below(directory, name, known.ino()));
                }
            } else {
                sameName(directory, fd, name, known, seen);
            }
        }
        namespace.list(directory.ino(), 0, (bytes, ino, type, slot) -> {
            Name name = new Name(directory.ino(), bytes);
            Entry entry = shown.contains(name) ? null : namespace.entry(directory.ino(), bytes);
            if (entry != null && namespace.isOnMirror(entry)) {
                others.add(name);
            }
            return true;
        });
        if (!others.isEmpty()) {
            stale.add(new Stale(directory, others));
        }
        add(directory, fd, added);
    }

    private void sameName(Directory directory, int fd, Name name, Inode inode, Seen seen) throws IOException {
        if (inode.isDirectory()) {
            waiting.add(below(directory, name, inode.ino()));
            return;
        }
        if (seen.ctime().equals(inode.mirrorCtime())) {
            return;
        }
        int file = kernel.openat(fd, name.bytes(), OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0);
        if (file < 0) {
            throw new IOException("a file of the mirror cannot be opened: name=" + name);
        }
        try {
            takeInAttributes(inode.ino(), file, seen);
        } finally {
            kernel.close(file);
        }
        changed++;
        if (inode.isRegular() && inode.present()) {
            services.dirty().grant(inode.ino());
        }
    }

    private void takeInAttributes(long ino, int fd, Seen seen) throws IOException {
        Inode inode = namespace.inode(ino);
        if (inode != null && !seen.ctime().equals(inode.mirrorCtime())) {
            services.xattrs().record(ino, fd);
            services.reconciler().record(ino, seen, false, 0, 0);
        }
    }

    private static Directory below(Directory directory, Name name, long ino) {
        return new Directory(ino, Paths.join(directory.path(), name.bytes()));
    }

    /** Takes in new names, of new files or of such as will lose their old name. */
    private void add(Directory directory, int fd, List<Name> added) throws IOException {
        for (int from = 0; from < added.size(); from += SETTLED_AT_ONCE) {
            services.region().stepOfStart();
            List<Name> names = added.subList(from, Math.min(added.size(), from + SETTLED_AT_ONCE));
            services.reconciler().settle(sites(names, fd), 0, 0, false);
            for (Name name : names) {
                Entry entry = namespace.entry(name.directory(), name.bytes());
                Inode inode = entry == null ? null : namespace.inode(entry.ino());
                if (inode != null && inode.isDirectory()) {
                    waiting.add(below(directory, name, inode.ino()));
                }
            }
        }
    }

    private static List<Reconciler.Site> sites(List<Name> names, int fd) {
        return names.stream().map(name -> new Reconciler.Site(name, fd)).toList();
    }

    /** Records which other files have the names of some now, all at once: they may have exchanged their places. */
    private void settleReplaced(List<Stale> among) throws IOException {
        List<Reconciler.Site> replaced = new ArrayList<>();
        List<Directory> unknown = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        try {
            for (Stale each : among) {
                int fd = openAgain(each.directory());
                open.add(fd);
                for (Name name : each.names()) {
                    Seen seen = tree.look(fd, name.bytes());
                    if (seen != null) {
                        replaced.add(new Reconciler.Site(name, fd));
                        if (seen.isDirectory() && tree.inodeOf(seen) == null) {
                            unknown.add(below(each.directory(), name, 0));
                        }
                    }
                }
                if (replaced.isEmpty() || replaced.get(replaced.size() - 1).directoryFd() != fd) {
                    kernel.close(open.remove(open.size() - 1));
                }
            }
            services.reconciler().settle(replaced, 0, 0, false);
        } finally {
            open.forEach(kernel::close);
        }
        for (Directory directory : unknown) {
            int fd = openAgain(directory);
            Seen seen = tree.stat(fd);
            kernel.close(fd);
            Inode inode = seen == null ? null : tree.inodeOf(seen);
            if (inode != null) {
                waiting.add(new Directory(inode.ino(), directory.path()));
            }
        }
    }

    private int openAgain(Directory directory) throws IOException {
        int fd = tree.openBelowRoot(directory.path());
        if (fd < 0) {
            throw new IOException("a directory of the mirror cannot be opened: ino=" + directory.ino() + " path="
                    + Paths.text(directory.path()) + " error=" + Errno.name(-fd));
        }
        return fd;
    }

    private void settleGone(Stale each) throws IOException {
        services.region().stepOfStart();
        int fd = openAgain(each.directory());
        try {
            services.reconciler().settle(sites(each.names(), fd), 0, 0, false);
            Seen seen = tree.stat(fd);
            if (seen != null) {
                services.reconciler().settled(each.directory().ino(), seen);
            }
        } finally {
            kernel.close(fd);
        }
    }
}
