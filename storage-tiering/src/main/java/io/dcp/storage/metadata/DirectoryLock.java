package io.dcp.storage.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a directory to one opener. The kernel lets go of the lock when the process dies.
 *
 * <p>Such a lock (fcntl(2)) belongs to the process and ends when any descriptor of the file is closed, so openers within
 * the process are told apart before the file is touched.
 */
final class DirectoryLock implements Closeable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Locks an existing directory.
     *
     * @throws IOException if another opener has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD_HERE.add(real)) {
            throw new IOException("metadata is already open in this process: directory=" + directory);
        }
        FileChannel file = null;
        boolean locked = false;
        try {
            file = FileChannel.open(real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            locked = file.tryLock() != null;
        } finally {
            if (!locked) {
                HELD_HERE.remove(real);
                if (file != null) {
                    file.close();
                }
            }
        }
        if (!locked) {
            throw new IOException("metadata is in use by another process: directory=" + directory);
        }
        return new DirectoryLock(real, file);
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            HELD_HERE.remove(directory);
        }
    }
}
