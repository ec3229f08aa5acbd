package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Entry;
import io.dcp.storage.namespace.Inode;
import io.dcp.storage.namespace.Name;
import java.io.IOException;

/**
 * What has to be true before the kernel removes a name or puts another file in its place: the mirror shows enough of what
 * the name stands for, and nobody changes a directory that may be about to end.
 */
final class Removals {
    private static final int TRIES = 1000;

    private final Services services;
    private final Kernel kernel;

    Removals(Services services) {
        this.services = services;
        this.kernel = services.kernel();
    }

    /**
     * Holds the directory of a name that may be removed, another directory, and the directory that the name stands for.
     *
     * @param other the inode number of the other directory; may be the same
     */
    DirectoryLocks.Held hold(Request request, Place place, long other) throws IOException {
        Name name = place.name();
        for (int tries = 0; tries < TRIES; tries++) {
            Inode victim = inodeOf(name);
            boolean directory = victim != null && victim.isDirectory();
            boolean cold = services.namespace().isCold();
            if (cold && victim != null && !directory && victim.nlink() > 1) {
                // If the mirror's last name went, the file would, with names that only the tree has.
                services.context().asAgent(request.caller(), () -> {
                    services.materializer().ensureAllNames(victim.ino());
                    return null;
                });
            }
            DirectoryLocks.Held held =
                    services.locks().hold(name.directory(), other, directory ? victim.ino() : name.directory());
            boolean ready = false;
            try {
                Inode now = inodeOf(name);
                if (isSame(victim, now) && (!cold || directory || now == null || hasAllNames(now))) {
                    if (directory && cold) {
                        showThatNotEmpty(request, place, victim);
                    }
                    ready = true;
                    return held;
                }
            } finally {
                if (!ready) {
                    held.close();
                }
            }
        }
        throw new IOException("a name does not come to rest: name=" + name);
    }

    private Inode inodeOf(Name name) {
        Entry entry = services.namespace().entry(name.directory(), name.bytes());
        return entry == null ? null : services.namespace().inode(entry.ino());
    }

    private static boolean isSame(Inode one, Inode other) {
        return (one == null || other == null) ? one == other : one.ino() == other.ino();
    }

    private boolean hasAllNames(Inode inode) {
        return inode.nlink() == 1 || services.materializer().hasAllNames(inode.ino());
    }

    private void showThatNotEmpty(Request request, Place place, Inode directory) throws IOException {
        services.context().asAgent(request.caller(), () -> {
            int fd = kernel.openat(
                    place.directoryFd(),
                    place.name().bytes(),
                    OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC,
                    0);
            if (fd >= 0) {
                try {
                    services.materializer().ensureNotEmpty(fd, directory.ino());
                } finally {
                    kernel.close(fd);
                }
            }
            return null;
        });
    }
}
