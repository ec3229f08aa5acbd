package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What a directory needs so that its names are durable. */
final class Directory {
    private Directory() {}

    /** Makes the names in a directory durable. */
    static void force(Path directory) throws IOException {
        Durability.FSYNC.force(directory);
    }

    /** Writes a small file so that it is there completely or not at all, durably. */
    static void writeDurably(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(draft, content);
        Durability.FSYNC.force(draft);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            force(parent);
        }
    }
}
