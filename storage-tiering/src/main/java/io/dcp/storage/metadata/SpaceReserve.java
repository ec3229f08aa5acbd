package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disk space that is kept for the moment when there is no other: then it is given up, so that what is to be deleted can
 * be recorded, and the base store written. The supervisor gives it up too, before it starts an agent on a full disk.
 */
final class SpaceReserve {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceReserve.class);
    private static final String NAME = "reserve";
    private static final String DRAFT = "reserve.tmp";

    private final Path directory;
    private final int bytes;

    SpaceReserve(Path directory, int bytes) {
        this.directory = directory;
        this.bytes = bytes;
    }

    /** Takes the space again if it was given up; does nothing if there is none. */
    synchronized void keep() {
        Path reserve = directory.resolve(NAME);
        if (Files.exists(reserve)) {
            return;
        }
        Path draft = directory.resolve(DRAFT);
        try {
            writeZeros(draft, bytes);
            Files.move(draft, reserve, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.debug("no space to keep in reserve: {}", e.toString());
            remove(draft);
        }
    }

    /** Gives the space up. False if there was nothing left to give. */
    synchronized boolean release() {
        boolean released = remove(directory.resolve(NAME));
        if (released) {
            LOG.warn("the disk is full, the reserve of {} KiB is used to record deletions", bytes >> 10);
        }
        return released;
    }

    private static boolean remove(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", file, e.toString());
            return false;
        }
    }

    /** Fills a new file with zeros, so that its blocks are its own. */
    static void writeZeros(Path file, int length) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(64 << 10);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (int left = length; left > 0; ) {
                zeros.clear().limit(Math.min(left, zeros.capacity()));
                left -= channel.write(zeros);
            }
            channel.force(true);
        }
    }
}
