package io.dcp.oss.bench;

import com.sun.management.OperatingSystemMXBean;
import io.dcp.oss.embedded.EmbeddedObjectStore;
import io.dcp.storage.tier.ChunkRef;
import io.dcp.storage.tier.ChunkStore;
import io.dcp.storage.tier.FileTransfer;
import io.dcp.storage.tier.S3ObjectStore;
import io.dcp.storage.tier.S3Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/**
 * Uploads and downloads a file of random bytes by {@link FileTransfer} and by the bare client of the SDK, in turn, on the
 * embedded object store. Started by {@code scripts/bench store}: {@code TransferBench DIRECTORY MEBIBYTES CONCURRENCY
 * ROUNDS}. For each measured transfer a line {@code ours|bare upload|download SECONDS PROCESSOR-SECONDS}, the latter with
 * those of the server, which is in this process.
 */
public final class TransferBench {
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int WARM_UP_ROUNDS = 2;
    private static final String BUCKET = "bench";
    private static final long INODE = 1;

    private final Path source;
    private final Path target;
    private final long sizeBytes;
    private final EmbeddedObjectStore server;
    private final S3ObjectStore store;
    private final ChunkStore chunks;
    private final FileTransfer transfer;
    private final BareTransfer bare;

    private TransferBench(Path directory, long sizeBytes, int concurrency) throws IOException {
        this.source = directory.resolve("source");
        this.target = directory.resolve("target");
        this.sizeBytes = sizeBytes;
        this.server = EmbeddedObjectStore.start(directory.resolve("objects"), 0, "bench", "benchmark");
        S3Settings settings = server.settings(BUCKET);
        this.store = new S3ObjectStore(settings);
        store.ensureReady();
        this.chunks = new ChunkStore(store);
        this.transfer = new FileTransfer(chunks, CHUNK_BYTES, concurrency);
        this.bare = new BareTransfer(settings, CHUNK_BYTES, concurrency);
    }

    /** Runs the benchmark. */
    public static void main(String[] arguments) throws Exception {
        long sizeBytes = Long.parseLong(arguments[1]) << 20;
        int rounds = Integer.parseInt(arguments[3]);
        TransferBench bench = new TransferBench(Path.of(arguments[0]), sizeBytes, Integer.parseInt(arguments[2]));
        bench.writeSource();
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            boolean isMeasured = round >= 0;
            boolean oursFirst = (round & 1) == 0;
            if (oursFirst) {
                bench.runOurs(isMeasured);
            }
            bench.runBare(isMeasured);
            if (!oursFirst) {
                bench.runOurs(isMeasured);
            }
        }
        System.exit(0); // the server's threads are of no more use
    }

    private void runOurs(boolean isMeasured) throws Exception {
        settle();
        Stopwatch watch = new Stopwatch();
        List<ChunkRef> refs;
        try (FileChannel file = FileChannel.open(source, StandardOpenOption.READ)) {
            refs = transfer.upload(INODE, file::read, sizeBytes, List.of());
        }
        watch.print(isMeasured, "ours upload");
        settle();
        watch = new Stopwatch();
        try (FileChannel file = newTarget()) {
            transfer.download(file, sizeBytes, refs);
        }
        watch.print(isMeasured, "ours download");
        check();
        refs.forEach(chunks::delete);
    }

    private void runBare(boolean isMeasured) throws Exception {
        settle();
        Stopwatch watch = new Stopwatch();
        try (FileChannel file = FileChannel.open(source, StandardOpenOption.READ)) {
            bare.upload(file, sizeBytes);
        }
        watch.print(isMeasured, "bare upload");
        settle();
        watch = new Stopwatch();
        try (FileChannel file = newTarget()) {
            bare.download(file, sizeBytes);
        }
        watch.print(isMeasured, "bare download");
        check();
        bare.delete(sizeBytes);
    }

    /** The disk has written what the last transfer left, so that this one does not pay for it. */
    private void settle() throws Exception {
        Files.deleteIfExists(target);
        server.sync();
        System.gc();
    }

    private FileChannel newTarget() throws IOException {
        return FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private void check() throws IOException {
        if (Files.mismatch(source, target) >= 0) {
            throw new IOException("the file came back with other contents: file=" + target);
        }
    }

    private void writeSource() throws IOException {
        Random random = new Random(1);
        byte[] piece = new byte[CHUNK_BYTES];
        try (FileChannel file = FileChannel.open(source, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (long at = 0; at < sizeBytes; at += piece.length) {
                random.nextBytes(piece);
                ByteBuffer data = ByteBuffer.wrap(piece);
                while (data.hasRemaining()) {
                    file.write(data);
                }
            }
        }
    }

    private static final class Stopwatch {
        private static final OperatingSystemMXBean PROCESS =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

        private final long startNs = System.nanoTime();
        private final long startProcessorNs = PROCESS.getProcessCpuTime();

        void print(boolean isMeasured, String what) {
            long takenNs = System.nanoTime() - startNs;
            long processorNs = PROCESS.getProcessCpuTime() - startProcessorNs;
            if (isMeasured) {
                System.out.println(what + " " + takenNs / 1e9 + " " + processorNs / 1e9);
            }
        }
    }
}
