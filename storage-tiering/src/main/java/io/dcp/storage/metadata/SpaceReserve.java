package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disk space that is kept for the moment when there is no other: a file of the size of a journal segment, filled with
 * zeros. The journal takes the file itself to record what is to be deleted, so that nobody else can have its blocks; for the
 * base store it is removed.
 */
final class SpaceReserve {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceReserve.class);
    private static final String NAME = "reserve";
    private static final String DRAFT = "reserve.tmp";

    /** So many times the reserve is left to others by what could do without. */
    private static final int LEFT_FREE = 2;

    private final Path directory;
    private final int bytes;

    SpaceReserve(Path directory, int bytes) {
        this.directory = directory;
        this.bytes = bytes;
    }

    /** The file that is the reserve, while it is kept. */
    Path file() {
        return directory.resolve(NAME);
    }

    /** Whether a file as large as the reserve could be made and there would still be room for others. */
    boolean hasRoomBeside() {
        try {
            return Files.getFileStore(directory).getUsableSpace() >= (1L + LEFT_FREE) * bytes;
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes the space again if it was given up; does nothing if there is none. */
    synchronized void keep() {
        Path reserve = file();
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
        boolean released = remove(file());
        if (released) {
            LOG.warn("the disk is full, the reserve of {} KiB is used for the base store", bytes >> 10);
        }
        return released;
    }

    /** Makes a file that is not needed any more the reserve, without a block being free in between. */
    synchronized void keep(Path unused) throws IOException {
        refill(unused, directory.resolve(DRAFT), file(), bytes);
    }

    /** Fills a file's blocks with zeros again and gives it another name, by way of a name that a start removes. */
    static void refill(Path file, Path draft, Path name, int length) throws IOException {
        Files.move(file, draft, StandardCopyOption.ATOMIC_MOVE);
        write(draft, length, StandardOpenOption.WRITE);
        Files.move(draft, name, StandardCopyOption.ATOMIC_MOVE);
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
        write(file, length, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    private static void write(Path file, int length, OpenOption... options) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(64 << 10);
        try (FileChannel channel = FileChannel.open(file, options)) {
            for (int left = length; left > 0; ) {
                zeros.clear().limit(Math.min(left, zeros.capacity()));
                left -= channel.write(zeros);
            }
            channel.force(true);
        }
    }
}
