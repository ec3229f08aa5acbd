package io.dcp.oss.agent;

import java.time.Duration;
import jnr.ffi.LibraryLoader;

/**
 * Gives memory back to the machine when the agent has become quiet: after an upload the heap holds several times what is
 * alive, and the C library what the compilers used (measured after 200 MB of writes: 218 MB, of which 90 of use).
 */
final class IdleTrim {
    private static final Duration PERIOD = Duration.ofSeconds(5);

    /** What a quiet agent allocates in a period, at most. */
    private static final long QUIET_BYTES = 1 << 20;

    /** Growth since the last time for which a full collection, 50 to 100 ms, is worth it. */
    private static final long WORTH_BYTES = 16 << 20;

    /** The process's memory. */
    interface Memory {
        /** What is allocated on the heap, dead or alive. */
        long usedBytes();

        /** What the heap takes from the machine. */
        long heldBytes();

        /** Returns what is not needed. */
        void release();
    }

    private final Memory memory;
    private long lastUsedBytes = Long.MAX_VALUE;
    private long heldAfterReleaseBytes;

    IdleTrim(Memory memory) {
        this.memory = memory;
    }

    /** Starts to look after this process, on a daemon thread. */
    static void start() {
        IdleTrim trim = new IdleTrim(new OwnMemory());
        Thread thread = new Thread(trim::run, "idle-trim");
        thread.setDaemon(true);
        thread.start();
    }

    /** Looks once; called at equal intervals by one thread. */
    void look() {
        long usedBytes = memory.usedBytes();
        boolean quiet = usedBytes >= lastUsedBytes && usedBytes - lastUsedBytes < QUIET_BYTES;
        lastUsedBytes = usedBytes;
        if (quiet && memory.heldBytes() > heldAfterReleaseBytes + WORTH_BYTES) {
            memory.release();
            heldAfterReleaseBytes = memory.heldBytes();
            lastUsedBytes = memory.usedBytes();
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PERIOD.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The C library's own {@code malloc_trim(3)}; public because the binding is generated in another package. */
    public interface LibC {
        /** Returns 1 if memory was given back. */
        int malloc_trim(long keepBytes);
    }

    private static final class OwnMemory implements Memory {
        private final Runtime runtime = Runtime.getRuntime();
        private LibC libC;

        @Override
        public long usedBytes() {
            return runtime.totalMemory() - runtime.freeMemory();
        }

        @Override
        public long heldBytes() {
            return runtime.totalMemory();
        }

        @Override
        public void release() {
            runtime.gc();
            if (libC == null) {
                libC = LibraryLoader.create(LibC.class).load("c");
            }
            libC.malloc_trim(0);
        }
    }
}
