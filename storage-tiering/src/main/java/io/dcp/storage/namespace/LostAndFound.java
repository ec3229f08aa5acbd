package io.dcp.storage.namespace;

import io.dcp.storage.check.Findings;
import io.dcp.storage.check.Problem.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Gives inodes without a name one in {@code /lost+found}, as e2fsck does: {@code #} and the number. */
public final class LostAndFound {
    private static final byte[] NAME = "lost+found".getBytes(StandardCharsets.US_ASCII);
    private static final int MODE = 0040700;

    private final Namespace namespace;
    private final Findings findings;
    private final boolean repair;

    public LostAndFound(Namespace namespace, Findings findings, boolean repair) {
        this.namespace = namespace;
        this.findings = findings;
        this.repair = repair;
    }

    /**
     * Finds them all.
     *
     * @return how many were given a name; the mirror lacks those names
     */
    public int run() throws IOException {
        List<Long> orphans = new ArrayList<>();
        namespace.allInodes(inode -> {
            if (inode.ino() != Namespace.ROOT && namespace.names(inode.ino()).isEmpty()) {
                orphans.add(inode.ino());
            }
        });
        int named = 0;
        for (long ino : orphans) {
            try (Change change = namespace.change()) {
                Inode inode = change.inode(ino);
                if (inode == null || !namespace.names(ino).isEmpty()) {
                    continue; // it was removed or named meanwhile
                }
                if (repair) {
                    name(change, inode);
                    change.commit();
                    named++;
                }
                findings.add(Kind.ORPHAN, inode.toString(), repair);
            }
        }
        return named;
    }

    private void name(Change change, Inode orphan) {
        Inode directory = directory(change);
        Name name = new Name(directory.ino(), ("#" + orphan.ino()).getBytes(StandardCharsets.US_ASCII));
        int links = 1;
        if (orphan.isDirectory()) {
            int[] subdirectories = {2};
            namespace.list(orphan.ino(), 0, (bytes, ino, type, slot) -> {
                subdirectories[0] += type == Entry.DIRECTORY ? 1 : 0;
                return true;
            });
            links = subdirectories[0];
            change.put(change.inode(directory.ino())
                    .edit()
                    .nlink(change.inode(directory.ino()).nlink() + 1)
                    .build());
        }
        // No name leads to a file of the mirror that it may have had.
        change.lost(orphan.edit().nlink(links).build());
        Inode found = change.inode(orphan.ino());
        change.link(name, found, false);
        change.cold();
    }

    private Inode directory(Change change) {
        Name name = new Name(Namespace.ROOT, NAME);
        Entry entry = change.entry(name);
        Inode there = entry == null ? null : change.inode(entry.ino());
        if (there != null && there.isDirectory()) {
            return there;
        }
        if (entry != null) {
            throw new IllegalStateException("/lost+found is no directory: orphans cannot be named there");
        }
        Inode root = change.inode(Namespace.ROOT);
        Inode made = Inode.create(change.allocateInode())
                .mode(MODE)
                .owner(root.uid(), root.gid())
                .nlink(2)
                .atime(root.mtime())
                .mtime(root.mtime())
                .ctime(root.mtime())
                .btime(root.mtime())
                .present(true)
                .build();
        change.put(made);
        change.put(root.edit().nlink(root.nlink() + 1).build());
        change.link(name, made, false);
        return made;
    }
}
