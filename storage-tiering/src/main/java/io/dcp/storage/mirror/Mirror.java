package io.dcp.storage.mirror;

import io.dcp.ipc.channel.CallHandler;
import io.dcp.ipc.kernel.AgentThreads;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.check.Findings;
import io.dcp.storage.check.ObjectCheck;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.namespace.Change;
import io.dcp.storage.namespace.LostAndFound;
import io.dcp.storage.namespace.MirrorUse;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.namespace.TableCheck;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tree on this instance: opens it, answers programs, writes back, lets go. What is given to {@link #open} stays the
 * caller's to close, after this.
 */
public final class Mirror implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Mirror.class);
    private static final int WORKERS = 32;
    private static final int WORKERS_END_S = 1;

    private final Services services;
    private final ExecutorService workers;
    private final MirrorCalls calls;
    private final Recovery recovery;
    private final MirrorMark mark;
    private final String bootId;
    private final FileTransfer transfer;
    private final ObjectStore objects;

    private Mirror(
            Services services,
            ExecutorService workers,
            MirrorMark mark,
            String bootId,
            FileTransfer transfer,
            ObjectStore objects) {
        this.transfer = transfer;
        this.objects = objects;
        this.services = services;
        this.workers = workers;
        this.mark = mark;
        this.bootId = bootId;
        this.recovery = new Recovery(services);
        this.calls = new MirrorCalls(services, workers, recovery);
    }

    /**
     * Opens the tree and finishes what the last agent left. Programs may call when this returns.
     *
     * @throws IOException if the mirror, the region or the intents cannot be used, with the path
     * @throws IllegalStateException if the metadata is of another version
     */
    public static Mirror open(
            MirrorConfig config,
            Kernel kernel,
            MetadataStore metadata,
            MirrorMark mark,
            FileTransfer transfer,
            ObjectStore objects)
            throws IOException {
        CallerContext context = new CallerContext(kernel);
        MetadataStore store = new AgentStore(metadata, context.credentials());
        Namespace namespace = Namespace.open(store);
        MirrorTree tree = new MirrorTree(kernel, namespace, config.root());
        Region region = new Region(config.region());
        region.cold(true);
        region.tellIdentities(false);
        Identities identities = new Identities(kernel, config.region(), namespace);
        namespace.observe(identities);
        Recovery.attach(namespace, tree);
        if (namespace.isSweeping()) {
            Recovery.sweep(namespace, tree);
        }
        DirectoryLocks locks = new DirectoryLocks();
        DirtyFiles dirty = new DirtyFiles(namespace);
        Sessions sessions = new Sessions(namespace);
        Xattrs xattrs = new Xattrs(tree, namespace);
        Reconciler reconciler = new Reconciler(tree, namespace, dirty, sessions, xattrs);
        Services services = new Services(
                kernel,
                store,
                namespace,
                tree,
                identities,
                context,
                locks,
                new IntentSlots(config.intents()),
                dirty,
                sessions,
                xattrs,
                reconciler,
                new Materializer(tree, namespace, locks, reconciler, xattrs),
                new Adoption(tree, namespace, locks, reconciler, xattrs),
                new Contents(tree, namespace, transfer, store),
                new WriteBack(
                        tree,
                        namespace,
                        store,
                        dirty,
                        new Uploads(tree, namespace, dirty, xattrs, transfer, objects, mark),
                        objects,
                        region,
                        config),
                region);
        Mirror mirror = new Mirror(services, workers(kernel, context), mark, config.bootId(), transfer, objects);
        mirror.takeOver();
        region.publish(namespace.device(), tree.root().dev(), tree.root().mountId());
        region.throttle(false);
        region.cold(namespace.isCold());
        region.tellIdentities(identities.areTold());
        return mirror;
    }

    /** Finishes what the last agent left: killed, or ended by a loss of power. */
    private void takeOver() throws IOException {
        MirrorUse last = services.namespace().mirrorUse();
        boolean booted = last != null && !last.bootId().equals(bootId);
        if (booted) {
            forgetOrphans();
        }
        if (booted && last.inUse()) {
            // What was on the disk of the notes of changes under way says nothing.
            services.intents().forgetAll();
            new PowerLoss(services).recover();
        } else {
            recovery.settleIntents();
        }
        use(true);
        services.store().sync();
    }

    /** No program has lived through the boot. */
    private void forgetOrphans() throws IOException {
        try (Change change = services.namespace().change()) {
            change.noOrphans();
            change.commit();
        }
    }

    private void use(boolean inUse) throws IOException {
        try (Change change = services.namespace().change()) {
            change.mirrorUse(new MirrorUse(inUse, bootId));
            change.commit();
        }
    }

    private static ExecutorService workers(Kernel kernel, CallerContext context) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new AgentThreads(kernel, context.credentials(), "worker"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Begins to write back. */
    public void start() {
        services.writeBack().start();
    }

    /** What answers the calls of programs. */
    public CallHandler calls() {
        return calls;
    }

    /** Bytes that the object store lacks, as last measured. */
    public long dirtyBytes() {
        return services.dirty().bytes();
    }

    /** Files that may be newer than the object store. */
    public int dirtyFiles() {
        return services.dirty().count();
    }

    /** Whether the mirror may lack names or contents that the tree has. */
    public boolean isCold() {
        return services.namespace().isCold();
    }

    /** Files and directories that programs watch, which must not leave the mirror. */
    public int watched() {
        Seen root = services.tree().root();
        return (int) Watches.onDevice(root.dev()).stream()
                .filter(ino -> ino == root.ino() || services.namespace().isOnMirror(ino))
                .count();
    }

    /** Why write-back fails at present; null if it does not. */
    public String lastError() {
        return services.writeBack().lastError();
    }

    /**
     * Brings everything into the object store, also what unattached programs changed.
     *
     * @return the number of files that could not be brought: open for writing in a program, or the store is away
     */
    public int drain(Duration atMost) throws IOException, InterruptedException {
        int newer = recovery.takeInNativeChanges();
        if (newer > 0) {
            log.info("files were changed by programs without the shim: count={}", newer);
        }
        return services.writeBack().drain(atMost);
    }

    /**
     * Checks everything, and repairs it if that is asked for. Programs may go on meanwhile.
     *
     * @param scratch a directory for temporary files
     * @throws io.dcp.storage.tier.ObjectStoreException if the object store fails
     */
    public CheckReport check(CheckOptions options, Path scratch) throws IOException {
        Namespace namespace = services.namespace();
        Findings findings = new Findings();
        TableCheck tables = new TableCheck(namespace, services.store(), findings, options.repair());
        MirrorCheck mirror = new MirrorCheck(services, findings, options, transfer.chunkBytes());
        tables.names();
        mirror.run();
        if (new LostAndFound(namespace, findings, options.repair()).run() > 0) {
            services.region().cold(true);
        }
        tables.inodes();
        new ObjectCheck(namespace, objects, transfer.chunks(), findings, options, mirror::rescue).run(scratch);
        services.store().sync();
        return findings.report();
    }

    /**
     * Empties the mirror; everything in it must have been {@link #drain}ed, and no program may use it. The next access
     * fetches.
     *
     * @throws IllegalStateException if something is dirty
     */
    public void dropCache() throws IOException {
        if (services.dirty().count() > 0) {
            throw new IllegalStateException("files are not in the object store: count="
                    + services.dirty().count());
        }
        services.region().cold(true);
        Recovery.replaced(services.namespace(), services.tree(), true);
        services.store().sync();
        Recovery.sweep(services.namespace(), services.tree());
    }

    @Override
    public void close() {
        stop();
        try {
            services.writeBack().settleLast();
            mark.syncAll();
            use(false);
        } catch (IOException e) {
            log.warn("the mirror could not be closed in order, a loss of power now has it compared: {}", e.toString());
        }
        services.tree().close();
    }

    /** Ends the threads and records nothing. */
    private void stop() {
        workers.shutdown();
        services.writeBack().close();
        try {
            if (!workers.awaitTermination(WORKERS_END_S, TimeUnit.SECONDS)) {
                log.warn("calls are still waiting; their callers will ask again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What programs are told, for tests. */
    Identities identities() {
        return services.identities();
    }

    /** Ends as if killed, for tests. */
    void abandon() {
        stop();
        services.tree().close();
    }
}
