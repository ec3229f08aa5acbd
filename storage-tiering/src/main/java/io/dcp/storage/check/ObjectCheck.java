package io.dcp.storage.check;

import io.dcp.storage.check.Problem.Kind;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.ChunkStore;
import io.dcp.storage.tier.CorruptChunkException;
import io.dcp.storage.tier.NoSuchObject;
import io.dcp.storage.tier.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Compares what files refer to with the objects that are there. The references are written to files of their own by the
 * last byte of their inode numbers, which is the order of the objects' keys; each file is then merged with the listing of
 * its prefix. So it takes one scan, 256 listings, and constant memory.
 *
 * <p>The tree may be in use: what seems wrong is asked for again, and objects of this process are left alone.
 */
public final class ObjectCheck {
    private final Namespace namespace;
    private final ObjectStore objects;
    private final ChunkStore chunks;
    private final Findings findings;
    private final CheckOptions options;
    private final Rescue rescue;

    /** Sends a file's contents again from the mirror. */
    @FunctionalInterface
    public interface Rescue {
        /** Returns false if the mirror does not have them: nothing has changed. */
        boolean rescue(long ino, ChunkRef ref) throws IOException;
    }

    public ObjectCheck(
            Namespace namespace,
            ObjectStore objects,
            ChunkStore chunks,
            Findings findings,
            CheckOptions options,
            Rescue rescue) {
        this.namespace = namespace;
        this.objects = objects;
        this.chunks = chunks;
        this.findings = findings;
        this.options = options;
        this.rescue = rescue;
    }

    /**
     * Compares.
     *
     * @param scratch a directory for temporary files
     * @throws io.dcp.storage.tier.ObjectStoreException if the store fails
     */
    public void run(Path scratch) throws IOException {
        try (ReferenceFiles files = new ReferenceFiles(scratch)) {
            namespace.allChunks(files::add);
            files.finish();
            for (int part = 0; part < ReferenceFiles.PARTS; part++) {
                merge(files, part);
            }
        }
        if (options.data()) {
            namespace.allChunks(this::read);
        }
    }

    private void merge(ReferenceFiles files, int part) throws IOException {
        try (ReferenceFiles.Reader wanted = files.read(part)) {
            objects.list(String.format("%s%02x/", ChunkStore.PREFIX, part), object -> {
                long[] place = ChunkStore.placeOf(object.key());
                while (place != null && wanted.isBefore(place[0], place[1])) {
                    missing(wanted);
                    wanted.advance();
                }
                if (place != null
                        && wanted.isAt(place[0], place[1])
                        && wanted.key().equals(object.key())) {
                    if (object.sizeBytes() != wanted.lengthBytes()) {
                        damaged(Kind.CHUNK_LENGTH, wanted.ino(), wanted.index(), wanted.key());
                    }
                    wanted.advance();
                } else {
                    unused(object.key(), place != null);
                }
                return true;
            });
            for (; !wanted.isAtEnd(); wanted.advance()) {
                missing(wanted);
            }
        }
    }

    private void missing(ReferenceFiles.Reader wanted) {
        if (objects.head(wanted.key()) == null) {
            damaged(Kind.CHUNK_MISSING, wanted.ino(), wanted.index(), wanted.key());
        }
    }

    private void damaged(Kind kind, long ino, long index, String key) {
        ChunkRef now = namespace.chunk(ino, index);
        if (now == null || !now.key().equals(key)) {
            return; // the file was changed meanwhile
        }
        try {
            boolean repaired = options.repair() && rescue.rescue(ino, now);
            findings.add(kind, namespace.path(ino) + " ino=" + ino + " index=" + index + " object=" + key, repaired);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unused(String key, boolean isChunk) {
        if (namespace.isKnown(key) || chunks.isOwn(key)) {
            return;
        }
        boolean removed = options.repair() && isChunk;
        if (removed) {
            objects.delete(key);
        }
        findings.add(Kind.OBJECT_UNUSED, "object=" + key, removed);
    }

    private void read(long ino, ChunkRef ref) {
        try {
            chunks.load(ref, ByteBuffer.allocate(ref.lengthBytes()));
        } catch (CorruptChunkException e) {
            damaged(Kind.CHUNK_DAMAGED, ino, ref.index(), ref.key());
        } catch (NoSuchObject e) {
            // Told before, or removed since.
            return;
        }
    }
}
