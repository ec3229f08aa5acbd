package io.dcp.storage.check;

import io.dcp.storage.tier.ChunkRef;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** References to chunks in temporary files, one for each last byte of an inode number, in the order they came. */
final class ReferenceFiles implements AutoCloseable {
    static final int PARTS = 256;

    private static final int BUFFER_BYTES = 8192;

    private final Path directory;
    private final DataOutputStream[] out = new DataOutputStream[PARTS];

    ReferenceFiles(Path scratch) throws IOException {
        directory = Files.createTempDirectory(scratch, "check-");
    }

    /** Adds one; inode numbers and indices must rise. */
    void add(long ino, ChunkRef ref) {
        int part = (int) (ino & 0xff);
        try {
            if (out[part] == null) {
                out[part] =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file(part)), BUFFER_BYTES));
            }
            out[part].writeLong(ino);
            out[part].writeLong(ref.index());
            out[part].writeInt(ref.lengthBytes());
            out[part].writeUTF(ref.key());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends adding. */
    void finish() throws IOException {
        for (DataOutputStream each : out) {
            if (each != null) {
                each.close();
            }
        }
    }

    Reader read(int part) throws IOException {
        return new Reader(
                out[part] == null
                        ? null
                        : new DataInputStream(new BufferedInputStream(Files.newInputStream(file(part)), BUFFER_BYTES)));
    }

    private Path file(int part) {
        return directory.resolve(Integer.toString(part));
    }

    @Override
    public void close() throws IOException {
        finish();
        for (int part = 0; part < PARTS; part++) {
            Files.deleteIfExists(file(part));
        }
        Files.deleteIfExists(directory);
    }

    /** Stands at a reference, the first one to begin with, or at the end. */
    static final class Reader implements AutoCloseable {
        private final DataInputStream in;
        private boolean atEnd;
        private long ino;
        private long index;
        private int lengthBytes;
        private String key;

        private Reader(DataInputStream in) {
            this.in = in;
            atEnd = in == null;
            if (!atEnd) {
                advance();
            }
        }

        void advance() {
            try {
                ino = in.readLong();
                index = in.readLong();
                lengthBytes = in.readInt();
                key = in.readUTF();
            } catch (EOFException e) {
                atEnd = true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        boolean isAtEnd() {
            return atEnd;
        }

        boolean isBefore(long otherIno, long otherIndex) {
            return !atEnd && (ino < otherIno || (ino == otherIno && index < otherIndex));
        }

        boolean isAt(long otherIno, long otherIndex) {
            return !atEnd && ino == otherIno && index == otherIndex;
        }

        long ino() {
            return ino;
        }

        long index() {
            return index;
        }

        int lengthBytes() {
            return lengthBytes;
        }

        String key() {
            return key;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }
}
