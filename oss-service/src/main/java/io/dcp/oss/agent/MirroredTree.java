package io.dcp.oss.agent;

import io.dcp.ipc.channel.CallHandler;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.HomeConfig;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.metadata.JournaledStore;
import io.dcp.storage.metadata.MetadataCorruptException;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.StoreOptions;
import io.dcp.storage.mirror.Mirror;
import io.dcp.storage.mirror.MirrorConfig;
import io.dcp.storage.mirror.MirrorMark;
import io.dcp.storage.namespace.ChunkSize;
import io.dcp.storage.tier.ChunkStore;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** The tree of this instance: the mirror over the metadata and the object store. */
final class MirroredTree implements Tree {
    /** Chunks under way at once; each takes a buffer of a chunk's length and a connection. */
    private static final int TRANSFERS = 4;

    private final Mirror mirror;
    private final MetadataStore metadata;
    private final FileTransfer transfer;
    private final MirrorMark mark;

    private MirroredTree(Mirror mirror, MetadataStore metadata, MirrorMark mark, FileTransfer transfer) {
        this.mirror = mirror;
        this.metadata = metadata;
        this.mark = mark;
        this.transfer = transfer;
    }

    /**
     * Opens the metadata and the mirror, finishes what an earlier agent left, and begins to write back.
     *
     * @param store stays the caller's to close, after the tree
     * @throws StartRefusedException if the metadata or the mirror cannot be used; they are as they were
     */
    static MirroredTree open(AgentConfig config, ObjectStore store) throws StartRefusedException {
        MirroredTree tree = openIdle(config, store);
        tree.mirror.start();
        return tree;
    }

    /** Opens like {@link #open}, but writes nothing back. */
    static MirroredTree openIdle(AgentConfig config, ObjectStore store) throws StartRefusedException {
        Kernel kernel = Kernel.system();
        MirrorMark mark = openMark(kernel, config.home());
        MetadataStore metadata = openMetadata(config, mark);
        boolean done = false;
        try {
            int chunkBytes = ChunkSize.of(metadata, config.writeBack().chunkBytes());
            FileTransfer transfer = new FileTransfer(new ChunkStore(store), chunkBytes, TRANSFERS);
            Mirror mirror = Mirror.open(mirrorConfig(config), kernel, metadata, mark, transfer, store);
            done = true;
            return new MirroredTree(mirror, metadata, mark, transfer);
        } catch (IOException | IllegalStateException e) {
            throw new StartRefusedException(
                    "cannot use the tree in " + config.home().home() + ": " + StartRefusedException.reason(e), e);
        } finally {
            if (!done) {
                closeQuietly(metadata);
                mark.close();
            }
        }
    }

    @Override
    public CallHandler calls() {
        return mirror.calls();
    }

    @Override
    public long dirtyBytes() {
        return mirror.dirtyBytes();
    }

    @Override
    public int dirtyFiles() {
        return mirror.dirtyFiles();
    }

    @Override
    public boolean cold() {
        return mirror.isCold();
    }

    @Override
    public String writeBackError() {
        return mirror.lastError();
    }

    @Override
    public void drain(Duration bound) throws IOException, InterruptedException {
        int watched = mirror.watched();
        if (watched > 0) {
            throw new IOException(watched + (watched == 1 ? " file or directory is" : " files or directories are")
                    + " watched by a program");
        }
        int left = mirror.drain(bound);
        if (left > 0) {
            String error = mirror.lastError();
            throw new IOException(left + (left == 1 ? " file is" : " files are") + " left: "
                    + (error == null ? "open for writing in a program" : error));
        }
    }

    @Override
    public void dropCache() throws IOException {
        mirror.dropCache();
    }

    @Override
    public CheckReport check(CheckOptions options, Path scratch) throws IOException {
        try {
            return mirror.check(options, scratch);
        } catch (ObjectStoreException | UncheckedIOException e) {
            throw new IOException(StartRefusedException.reason(e), e);
        }
    }

    @Override
    public void close() throws IOException {
        try (mark;
                metadata;
                transfer) {
            mirror.close();
        }
    }

    private static MirrorMark openMark(Kernel kernel, HomeConfig home) throws StartRefusedException {
        try {
            return new MirrorMark(kernel, home.mirrorMark(), home.root());
        } catch (IOException e) {
            throw new StartRefusedException("cannot use the mirror: " + StartRefusedException.reason(e), e);
        }
    }

    private static MetadataStore openMetadata(AgentConfig config, MirrorMark mark) throws StartRefusedException {
        HomeConfig home = config.home();
        boolean opened = false;
        try {
            MetadataStore store = JournaledStore.open(home.metadata(), StoreOptions.ofBoot(config.bootId()), mark);
            opened = true;
            return store;
        } catch (MetadataCorruptException e) {
            throw new StartRefusedException(
                    "the metadata in " + home.metadata() + " cannot be read: " + StartRefusedException.reason(e), e);
        } catch (IOException e) {
            throw new StartRefusedException(
                    "cannot open the metadata in " + home.metadata() + ": " + StartRefusedException.reason(e), e);
        } finally {
            if (!opened) {
                mark.close();
            }
        }
    }

    private static MirrorConfig mirrorConfig(AgentConfig config) {
        HomeConfig home = config.home();
        return new MirrorConfig(
                home.mirror(),
                home.root(),
                home.run().resolve("region"),
                home.intents(),
                config.bootId(),
                config.writeBack().dirtyBytes(),
                config.writeBack().delay());
    }

    private static void closeQuietly(MetadataStore metadata) {
        try {
            metadata.close();
        } catch (IOException e) {
            // The reason for which the start is refused counts, and an unclosed journal loses nothing.
        }
    }
}
