package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.AgentThreads;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.ThreadCredentials;
import io.dcp.storage.metadata.JournaledStore;
import io.dcp.storage.metadata.StoreOptions;
import io.dcp.storage.namespace.Namespace;
import io.dcp.storage.namespace.TreeCheck;
import io.dcp.storage.tier.ChunkStore;
import io.dcp.storage.tier.FaultyObjectStore;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A mirror on real files in a directory of its own, over an object store in memory. It is spoken to as programs do, by
 * {@link Program}s; it can be killed, restarted, and restarted with an empty mirror.
 */
final class MirrorFixture implements AutoCloseable {
    static final int CHUNK_BYTES = 4096;
    static final long DIRTY_BOUND_BYTES = 1 << 20;

    private static final int SERVERS = 4;
    private static final Duration LONG = Duration.ofSeconds(60);

    final Path root;
    final FaultyObjectStore objects = new FaultyObjectStore(new MemoryObjectStore());

    private final Path home;
    private final Kernel kernel = Kernel.system();
    private final FileTransfer transfer = new FileTransfer(new ChunkStore(objects), CHUNK_BYTES, 4);
    private final ExecutorService servers;
    private final List<WatchedStore> killed = new ArrayList<>();
    private final List<MirrorMark> marks = new ArrayList<>();
    private Path metadata;
    private WatchedStore store;
    private Mirror mirror;
    private MirrorMark mark;
    private String bootId = "boot";
    private boolean started;
    private long sessions;

    MirrorFixture(Path home) throws IOException {
        this.home = home;
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        root = Files.createDirectory(home.resolve("mirror")).toRealPath();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (FileChannel made = FileChannel.open(region(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            made.write(ByteBuffer.allocate(1), Region.PAGE_BYTES + Identities.BYTES - 1);
        }
        metadata = home.resolve("metadata");
        servers = Executors.newFixedThreadPool(
                SERVERS, new AgentThreads(kernel, new ThreadCredentials(kernel), "server"));
        open();
    }

    private Path region() {
        return home.resolve("region");
    }

    /** What those who wait for a start look at. */
    long stepsOfStart() throws IOException {
        try (FileChannel channel = FileChannel.open(region())) {
            ByteBuffer steps = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(steps, 48);
            return steps.getLong(0);
        }
    }

    /** What programs can find out without the agent. */
    Told told() throws IOException {
        return new Told(region(), root, namespace().device());
    }

    Identities identities() {
        return mirror.identities();
    }

    Path intents() {
        return home.resolve("intents");
    }

    private void open() throws IOException {
        // No checkpoint by itself: a copy of the files must be one of a moment.
        StoreOptions options = new StoreOptions(256 << 10, 256 << 20, 1 << 30, bootId);
        mark = new MirrorMark(kernel, home.resolve("mark"), root);
        store = new WatchedStore(JournaledStore.open(metadata, options, mark));
        MirrorConfig config =
                new MirrorConfig(root, root, region(), intents(), bootId, DIRTY_BOUND_BYTES, Duration.ZERO);
        started = false;
        mirror = Mirror.open(config, kernel, store, mark, transfer, objects);
    }

    Mirror mirror() {
        return mirror;
    }

    WatchedStore store() {
        return store;
    }

    /** The tree's records, as they are now. */
    Namespace namespace() throws IOException {
        return Namespace.open(store);
    }

    Program program() {
        return program(kernel.geteuid(), kernel.getegid());
    }

    Program program(int uid, int gid) {
        return new Program(
                this, new Caller(++sessions, (int) ProcessHandle.current().pid(), uid, gid, new int[0]));
    }

    /** One of another process. */
    Program program(int pid, int uid, int gid) {
        return new Program(this, new Caller(++sessions, pid, uid, gid, new int[0]));
    }

    CompletableFuture<Reply> send(Caller caller, FileCall call) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        servers.execute(() -> {
            try {
                mirror.calls().handle(caller, call, answer::complete);
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    static Reply await(CompletableFuture<Reply> answer) {
        try {
            return answer.get(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** Begins to write back in the background. */
    void start() {
        if (!started) {
            started = true;
            mirror.start();
        }
    }

    /** Brings everything into the object store; write-back has been started. */
    void drain() throws IOException, InterruptedException {
        assertEquals(0, mirror.drain(LONG), () -> "files are left: " + mirror.lastError());
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not come true: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** The agent goes down as it should and comes up. */
    void restart() throws IOException {
        mirror.close();
        store.close();
        mark.close();
        open();
    }

    /** The agent dies without a word and comes up: what was not in its files is gone. */
    void kill() throws IOException {
        kill(() -> {});
    }

    /** Something happens before the agent comes up again. */
    void kill(Death meanwhile) throws IOException {
        mirror.abandon();
        Path copy = home.resolve("metadata-" + killed.size());
        copy(metadata, copy);
        killed.add(store);
        marks.add(mark);
        metadata = copy;
        meanwhile.happens();
        open();
    }

    /** Power is lost; the mirror is as it was, but the journal only as far as it was synced. */
    void losePower(Death meanwhile) throws IOException {
        bootId = bootId + "'";
        kill(meanwhile);
    }

    /** What happens while there is no agent. */
    @FunctionalInterface
    interface Death {
        void happens() throws IOException;
    }

    /** The agent goes down with the mirror emptied, and comes up. */
    void restartCold() throws IOException, InterruptedException {
        start();
        drain();
        mirror.dropCache();
        restart();
    }

    /** Copies a store that nobody commits to; it may be making a spare segment, which no store needs. */
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (Files.isDirectory(file)) {
                    copy(file, to.resolve(name));
                } else if (!name.endsWith(".tmp") && !name.startsWith("spare") && !name.equals("lock.mdb")) {
                    Files.copy(file, to.resolve(name));
                }
            }
        }
    }

    /** The records agree with each other. */
    void check() throws IOException {
        assertEquals(List.of(), TreeCheck.problems(store));
        assertEquals(List.of(), told().wrong(program()));
    }

    @Override
    public void close() throws IOException {
        mirror.abandon();
        servers.shutdown();
        store.close();
        for (WatchedStore dead : killed) {
            dead.close();
        }
        marks.add(mark);
        marks.forEach(MirrorMark::close);
        transfer.close();
        assertEquals(List.of(), openFiles(), "descriptors are left open");
    }

    /** What this process has open below the fixture's directory. */
    private List<String> openFiles() throws IOException {
        List<String> open = new ArrayList<>();
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                byte[] target = new byte[4096];
                long length = kernel.readlinkat(Stat.AT_FDCWD, Paths.bytes(descriptor.toString()), target);
                String file = length < 0 ? "" : Paths.text(Arrays.copyOf(target, (int) length));
                if (file.startsWith(home.toString())) {
                    open.add(file);
                }
            }
        }
        return open;
    }
}
