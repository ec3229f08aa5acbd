package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How a file's content is made to survive the loss of power; tests put themselves in between. */
@FunctionalInterface
interface Durability {
    /** fdatasync. */
    Durability FDATASYNC = file -> file.force(false);

    /** fsync, which the names in a directory need: ext4 does not count them as its data. */
    Durability FSYNC = file -> file.force(true);

    /** Returns when the content of the file is durable. */
    void force(FileChannel file) throws IOException;

    /** Forces a file or directory, also when the calling thread is interrupted, which would close a channel. */
    default void force(Path path) throws IOException {
        StandardOpenOption mode = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(path, mode)) {
                    force(channel);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true; // again, on a new channel
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
