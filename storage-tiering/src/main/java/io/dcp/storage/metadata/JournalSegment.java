package io.dcp.storage.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * One file of the journal that is being appended to.
 *
 * <p>Appends go through {@link RandomAccessFile}, which an interrupt of the calling thread cannot close, as it would a
 * channel.
 */
final class JournalSegment implements Closeable {
    private final Path file;
    private final RandomAccessFile out;
    private long position;
    private boolean broken;

    private JournalSegment(Path file, RandomAccessFile out, long position) {
        this.file = file;
        this.out = out;
        this.position = position;
    }

    /**
     * Puts a new segment in use. It gets its name when its header is there.
     *
     * @param prepared a file of zeros to become the segment; it need not exist
     */
    static JournalSegment activate(Path directory, Path prepared, SegmentHeader header) throws IOException {
        RandomAccessFile out = new RandomAccessFile(prepared.toFile(), "rw");
        try {
            out.write(header.encode());
            Path file = directory.resolve(SegmentHeader.fileName(header.firstSequence()));
            Files.move(prepared, file, StandardCopyOption.ATOMIC_MOVE);
            return new JournalSegment(file, out, SegmentHeader.BYTES);
        } catch (IOException e) {
            out.close();
            Files.deleteIfExists(prepared);
            throw e;
        }
    }

    /** Puts a segment in use again that an earlier process of the same boot has left, behind its last record. */
    static JournalSegment resume(Path file, long position) throws IOException {
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        try {
            out.seek(position);
            return new JournalSegment(file, out, position);
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    /** Where the next record goes, in bytes from the beginning. */
    long position() {
        return position;
    }

    /** Whether a failed append left bytes behind that could not be removed: no record may follow them here. */
    boolean isBroken() {
        return broken;
    }

    /**
     * Adds a record.
     *
     * @throws IOException if it could not be written; what had been written of it is taken back
     */
    void append(byte[] record, int length) throws IOException {
        try {
            out.write(record, 0, length);
            position += length;
        } catch (IOException e) {
            takeBack(e);
            throw e;
        }
    }

    private void takeBack(IOException cause) {
        try {
            out.setLength(position);
            out.seek(position);
        } catch (IOException e) {
            broken = true;
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
