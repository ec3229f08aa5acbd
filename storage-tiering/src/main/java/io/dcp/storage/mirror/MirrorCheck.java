package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.Findings;
import io.dcp.storage.check.Problem.Kind;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ChunkRef;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compares the mirror with the namespace, directory by directory, and sends contents again that the object store has
 * lost. What the mirror shows counts, as for changes by unattached programs; what it lacks is put there again when it is
 * needed, if the object store has it. Under the agent's credentials.
 */
final class MirrorCheck {
    private static final int LIST =
            OpenFlags.O_RDONLY | OpenFlags.O_NOATIME | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC;

    private final Services services;
    private final Kernel kernel;
    private final MirrorTree tree;
    private final Namespace namespace;
    private final Findings findings;
    private final CheckOptions options;
    private final int chunkBytes;

    MirrorCheck(Services services, Findings findings, CheckOptions options, int chunkBytes) {
        this.services = services;
        this.kernel = services.kernel();
        this.tree = services.tree();
        this.namespace = services.namespace();
        this.findings = findings;
        this.options = options;
        this.chunkBytes = chunkBytes;
    }

    /** Compares all directories that are on the mirror. */
    void run() throws IOException {
        Deque<Long> waiting = new ArrayDeque<>(List.of(Namespace.ROOT));
        while (!waiting.isEmpty()) {
            long directory = waiting.remove();
            int path = tree.openDirectory(directory);
            if (path < 0) {
                continue; // it was removed meanwhile
            }
            int fd = kernel.openat(path, Paths.bytes("."), LIST, 0);
            kernel.close(path);
            if (fd >= 0) {
                try {
                    compare(directory, fd, waiting);
                } finally {
                    kernel.close(fd);
                }
            }
        }
    }

    private void compare(long directory, int fd, Deque<Long> waiting) throws IOException {
        Set<Name> names = new HashSet<>();
        DirectoryEntries.read(kernel, fd, (name, mirrorInode) -> names.add(new Name(directory, name)));
        namespace.list(directory, 0, (name, ino, type, slot) -> {
            Name listed = new Name(directory, name);
            Entry entry = namespace.entry(directory, name);
            if (entry != null && namespace.isOnMirror(entry)) {
                names.add(listed);
            }
            return true;
        });
        for (Name name : names) {
            Kind kind = difference(name, fd);
            if (kind != null) {
                settle(name, fd);
            }
            Entry entry = namespace.entry(directory, name.bytes());
            Inode inode = entry == null || !namespace.isOnMirror(entry) ? null : namespace.inode(entry.ino());
            if (inode != null && inode.isDirectory()) {
                waiting.add(inode.ino());
            } else if (inode != null && inode.isRegular() && inode.present() && !namespace.isDirty(inode.ino())) {
                contents(name, inode);
            }
        }
    }

    private Kind difference(Name name, int fd) {
        Seen seen = tree.look(fd, name.bytes());
        Entry entry = namespace.entry(name.directory(), name.bytes());
        if (seen == null) {
            return entry != null && namespace.isOnMirror(entry) ? Kind.MIRROR_LACKS_NAME : null;
        }
        if (entry == null) {
            return Kind.MIRROR_UNKNOWN_NAME;
        }
        Inode known = tree.inodeOf(seen);
        return known != null && known.ino() == entry.ino() ? null : Kind.MIRROR_OTHER_FILE;
    }

    /** Looks again while the agent changes nothing there. */
    @SuppressWarnings("try") // the lock is held, not used
    private void settle(Name name, int fd) throws IOException {
        try (DirectoryLocks.Held held = services.locks().hold(name.directory())) {
            Kind kind = difference(name, fd);
            if (kind == null) {
                return;
            }
            boolean repaired = false;
            if (options.repair()) {
                repaired = kind != Kind.MIRROR_LACKS_NAME
                        ? services.reconciler().settle(List.of(new Reconciler.Site(name, fd)), 0, 0, false)
                        : forget(name);
            }
            findings.add(kind, where(name), repaired);
        }
    }

    /** The name is put on the mirror when it is needed, unless the mirror had the only copy of the contents. */
    private boolean forget(Name name) throws IOException {
        try (Change change = namespace.change()) {
            Entry entry = change.entry(name);
            Inode inode = entry == null ? null : change.inode(entry.ino());
            if (inode == null || (inode.isRegular() && inode.sizeBytes() > 0 && namespace.isDirty(inode.ino()))) {
                return false;
            }
            change.notOnMirror(name);
            if (inode.nlink() == 1 || inode.isDirectory()) {
                change.lost(inode);
            }
            change.cold();
            change.commit();
        }
        services.region().cold(true);
        return true;
    }

    private void contents(Name name, Inode inode) throws IOException {
        int fd = tree.openUnseen(inode);
        if (fd < 0) {
            return;
        }
        try {
            Seen seen = tree.stat(fd);
            if (seen == null) {
                return;
            }
            boolean touched = !seen.ctime().equals(inode.mirrorCtime());
            if (touched
                    ? seen.sizeBytes() == inode.sizeBytes() && seen.mtime().equals(inode.mtime())
                    : seen.sizeBytes() == inode.sizeBytes() && (!options.data() || isAsRecorded(inode, fd))) {
                return;
            }
            Inode now = namespace.inode(inode.ino());
            if (now == null
                    || namespace.isDirty(inode.ino())
                    || !now.mirrorCtime().equals(inode.mirrorCtime())) {
                return; // a program is writing to it
            }
            if (options.repair()) {
                if (touched) {
                    services.reconciler().refresh(inode.ino());
                    services.dirty().grant(inode.ino());
                } else {
                    // Nobody has changed it, the disk has: what was recorded counts.
                    fetchAgain(inode.ino());
                }
            }
            findings.add(Kind.MIRROR_CONTENTS, where(name), options.repair());
        } finally {
            kernel.close(fd);
        }
    }

    private void fetchAgain(long ino) throws IOException {
        try (Change change = namespace.change()) {
            Inode inode = change.inode(ino);
            if (inode != null) {
                change.put(inode.edit().present(false).fetched(false).build());
                change.cold();
                change.commit();
            }
        }
        services.region().cold(true);
    }

    private boolean isAsRecorded(Inode inode, int fd) {
        return namespace.chunks(inode.ino()).stream().allMatch(ref -> holds(fd, ref));
    }

    /** Whether a mirror file has the bytes of a chunk. */
    private boolean holds(int fd, ChunkRef ref) {
        byte[] bytes = new byte[ref.lengthBytes()];
        long at = ref.index() * (long) chunkBytes;
        for (int from = 0; from < bytes.length; ) {
            long length = kernel.pread(fd, bytes, from, bytes.length - from, at + from);
            if (length <= 0) {
                break;
            }
            from += (int) length;
        }
        return ref.isOf(bytes);
    }

    /** Has a file sent again of which the object store lacks a chunk, if the mirror has it. */
    boolean rescue(long ino, ChunkRef ref) throws IOException {
        Inode inode = namespace.inode(ino);
        if (inode == null || !inode.present() || !namespace.isOnMirror(inode)) {
            return false;
        }
        int fd = tree.openUnseen(inode);
        if (fd < 0) {
            return false;
        }
        try {
            if (!namespace.isDirty(ino) && !holds(fd, ref)) {
                return false;
            }
        } finally {
            kernel.close(fd);
        }
        services.dirty().grant(ino);
        try (Change change = namespace.change()) {
            List<ChunkRef> others = namespace.chunks(ino).stream()
                    .filter(each -> !each.equals(ref))
                    .toList();
            change.setChunks(ino, others);
            change.commit();
        }
        return true;
    }

    private String where(Name name) {
        Entry entry = namespace.entry(name.directory(), name.bytes());
        return namespace.path(name.directory()) + " name=" + Paths.text(name.bytes()) + " ino="
                + (entry == null ? "none" : Long.toString(entry.ino()));
    }
}
