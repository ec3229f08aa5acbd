package io.dcp.storage.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/**
 * The sorted base under the journal: an LMDB environment with two databases, {@code data} and {@code about} (the
 * sequence of the last batch, the salt of the journal).
 *
 * <p>Each value is followed by the CRC-32C of its key and value (4 bytes, little endian), because LMDB has no checksums
 * of its own. One thread applies, any number read; read transactions are kept open between uses and renewed when
 * something was applied since.
 */
final class LmdbBase implements Closeable {
    static final int CRC_BYTES = 4;
    private static final int MAX_READERS = 1024;
    /** A head of two cache lines, and a line for each reader. */
    private static final int READERS_FILE_BYTES = (MAX_READERS + 2) * 64;

    private static final byte[] SEQUENCE_KEY = "sequence".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SALT_KEY = "salt".getBytes(StandardCharsets.US_ASCII);

    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> data;
    private final Dbi<ByteBuffer> about;
    private final ConcurrentLinkedDeque<LmdbReader> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger borrowed = new AtomicInteger();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(MetadataStore.MAX_KEY_BYTES);
    private final int salt;
    private ByteBuffer valueBuffer = ByteBuffer.allocateDirect(64 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private volatile long sequence;
    private volatile int generation;
    private volatile boolean closed;

    /** Takes an entry of the base store. */
    @FunctionalInterface
    interface EntryVisitor {
        /** Tells whether to go on. */
        boolean visit(byte[] key, byte[] value);
    }

    private LmdbBase(Env<ByteBuffer> env, Path file, boolean isNew) throws IOException {
        this.env = env;
        long expectedBytes = (env.info().lastPageNumber + 1) * env.stat().pageSize;
        if (!isNew && Files.size(file) < expectedBytes) {
            throw new MetadataCorruptException(
                    "base store is cut short: file=" + file + " expectedBytes=" + expectedBytes);
        }
        DbiFlags[] flags = isNew ? new DbiFlags[] {DbiFlags.MDB_CREATE} : new DbiFlags[0];
        this.data = env.openDbi("data", flags);
        this.about = env.openDbi("about", flags);
        if (isNew) {
            initialize();
        }
        this.salt = (int) lookUp(SALT_KEY);
        this.sequence = lookUp(SEQUENCE_KEY);
    }

    /**
     * Opens the environment in a directory, which exists.
     *
     * @param isNew whether to make it
     * @throws MetadataCorruptException if there is none, another thing, or it is damaged
     */
    static LmdbBase open(Path directory, long mapBytes, boolean isNew) throws IOException {
        Path file = directory.resolve("data.mdb");
        if (!isNew && (!Files.exists(file) || Files.size(file) == 0)) {
            throw new MetadataCorruptException("base store is missing: file=" + file);
        }
        Path readers = directory.resolve("lock.mdb");
        if (!Files.exists(readers)) {
            // LMDB would make and map a file of holes, and a full disk would show as SIGBUS.
            SpaceReserve.writeZeros(readers, READERS_FILE_BYTES);
        }
        Env<ByteBuffer> env = null;
        try {
            env = Env.create(ByteBufferProxy.PROXY_OPTIMAL)
                    .setMapSize(mapBytes)
                    .setMaxReaders(MAX_READERS)
                    .setMaxDbs(2)
                    .open(directory.toFile(), EnvFlags.MDB_NOTLS);
            LmdbBase base = new LmdbBase(env, file, isNew);
            env = null;
            return base;
        } catch (LmdbException e) {
            throw asIoException("base store cannot be opened: directory=" + directory, e);
        } finally {
            if (env != null) {
                env.close();
            }
        }
    }

    /** Sequence of the last batch that the base store has. */
    long sequence() {
        return sequence;
    }

    /** The secret that goes into the checksums of the journal's records. */
    int salt() {
        return salt;
    }

    /** The value of a key, or null. */
    byte[] get(byte[] key) {
        LmdbReader reader = borrow();
        boolean usable = false;
        try {
            byte[] value = reader.get(key);
            usable = true;
            return value;
        } catch (LmdbException e) {
            throw new UncheckedIOException(asIoException("base store cannot be read", e));
        } finally {
            giveBack(reader, usable);
        }
    }

    /** Visits a range in order; tells whether its end was reached rather than the visitor satisfied. */
    boolean range(byte[] from, boolean inclusive, byte[] to, EntryVisitor visitor) {
        LmdbReader reader = borrow();
        boolean usable = false;
        try {
            boolean atEnd = reader.range(from, inclusive, to, visitor);
            usable = true;
            return atEnd;
        } catch (LmdbException e) {
            throw new UncheckedIOException(asIoException("base store cannot be read", e));
        } finally {
            giveBack(reader, usable);
        }
    }

    /**
     * Applies entries and notes their last sequence, durably, in one transaction. One caller at a time.
     *
     * @throws IOException if that failed; the base store is as it was
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one caller at a time
    void apply(Map<byte[], byte[]> entries, long lastSequence) throws IOException {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            try (Cursor<ByteBuffer> cursor = data.openCursor(txn)) {
                for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
                    ByteBuffer key = keyBuffer.clear().put(entry.getKey()).flip();
                    if (entry.getValue() == MemoryTable.REMOVED) {
                        data.delete(txn, key);
                    } else {
                        cursor.put(key, encoded(entry.getKey(), entry.getValue()));
                    }
                }
            }
            putAbout(txn, SEQUENCE_KEY, lastSequence);
            txn.commit();
        } catch (LmdbException e) {
            throw asIoException("base store cannot be written", e);
        }
        sequence = lastSequence;
        generation++;
        releaseOldSnapshots();
    }

    /** Waits for readers and closes the environment; nobody may apply. */
    @Override
    public void close() {
        closed = true;
        while (borrowed.get() > 0) {
            LockSupport.parkNanos(100_000);
        }
        for (LmdbReader reader; (reader = idle.poll()) != null; ) {
            reader.close();
        }
        env.close();
    }

    static int checksum(CRC32C crc, byte[] key, byte[] value) {
        crc.reset();
        crc.update(key, 0, key.length);
        crc.update(value, 0, value.length);
        return (int) crc.getValue();
    }

    private void initialize() {
        int random;
        do {
            random = new SecureRandom().nextInt();
        } while (random == 0);
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            putAbout(txn, SALT_KEY, random);
            putAbout(txn, SEQUENCE_KEY, 0);
            txn.commit();
        }
    }

    private void putAbout(Txn<ByteBuffer> txn, byte[] key, long number) {
        byte[] value = new byte[Long.BYTES];
        JournalRecord.LONG.set(value, 0, number);
        about.put(txn, keyBuffer.clear().put(key).flip(), encoded(key, value));
    }

    private long lookUp(byte[] key) throws MetadataCorruptException {
        try (Txn<ByteBuffer> txn = env.txnRead()) {
            ByteBuffer found = about.get(txn, keyBuffer.clear().put(key).flip());
            if (found != null && found.remaining() == Long.BYTES + CRC_BYTES) {
                byte[] value = new byte[Long.BYTES];
                found.get(value);
                if (found.order(ByteOrder.LITTLE_ENDIAN).getInt() == checksum(crc, key, value)) {
                    return (long) JournalRecord.LONG.get(value, 0);
                }
            }
        }
        throw new MetadataCorruptException(
                "base store lacks an entry about itself: key=" + new String(key, StandardCharsets.US_ASCII));
    }

    private ByteBuffer encoded(byte[] key, byte[] value) {
        int bytes = value.length + CRC_BYTES;
        if (valueBuffer.capacity() < bytes) {
            valueBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return valueBuffer.clear().put(value).putInt(checksum(crc, key, value)).flip();
    }

    private LmdbReader borrow() {
        borrowed.incrementAndGet();
        if (closed) {
            borrowed.decrementAndGet();
            throw new IllegalStateException("metadata store is closed");
        }
        try {
            int wanted = generation;
            LmdbReader reader = idle.pollLast();
            if (reader == null) {
                return new LmdbReader(env, data, wanted);
            }
            reader.refresh(wanted);
            return reader;
        } catch (LmdbException e) {
            borrowed.decrementAndGet();
            throw new UncheckedIOException(asIoException("base store cannot be read", e));
        }
    }

    private void giveBack(LmdbReader reader, boolean usable) {
        if (usable) {
            reader.restIfOlderThan(generation);
            idle.addLast(reader);
        } else {
            reader.close();
        }
        borrowed.decrementAndGet();
    }

    private void releaseOldSnapshots() {
        for (int i = idle.size(); i > 0; i--) {
            LmdbReader reader = idle.pollFirst();
            if (reader == null) {
                return;
            }
            reader.restIfOlderThan(generation);
            idle.addLast(reader);
        }
    }

    private static IOException asIoException(String what, LmdbException e) {
        boolean damaged = e instanceof LmdbNativeException failure
                ? failure instanceof Env.FileInvalidException
                        || failure instanceof Env.VersionMismatchException
                        || failure instanceof LmdbNativeException.PageCorruptedException
                        || failure instanceof LmdbNativeException.PageNotFoundException
                        || failure instanceof Dbi.KeyNotFoundException
                : e instanceof Dbi.KeyNotFoundException;
        String message = what + " reason=" + e.getMessage();
        return damaged ? new MetadataCorruptException(message, e) : new IOException(message, e);
    }
}
