package io.dcp.storage.tier;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does the pieces of several jobs on a bounded number of threads. The jobs take turns piece by piece, so that a small
 * one does not wait for the whole of a large one.
 */
final class ChunkLanes implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final int concurrency;
    private final ThreadPoolExecutor threads;

    /** One piece of a job. */
    @FunctionalInterface
    interface Piece {
        void run(int number) throws IOException;
    }

    ChunkLanes(int concurrency) {
        this.concurrency = concurrency;
        this.threads = new ThreadPoolExecutor(
                concurrency, concurrency, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "chunk-transfer");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs the pieces {@code 0..count-1} of a job and waits for them. After a failure no new ones begin. A single piece is
     * run by the caller itself.
     *
     * @throws IOException or RuntimeException: the first failure; no piece is running any more
     */
    void run(int count, Piece piece) throws IOException {
        if (count == 1) {
            piece.run(0);
        } else if (count > 1) {
            Job job = new Job(count, piece, threads);
            job.start(Math.min(concurrency, count));
            job.await();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private static final class Job {
        private final int count;
        private final Piece piece;
        private final Executor threads;
        private int next;
        private int lanes;
        private Throwable failure;

        Job(int count, Piece piece, Executor threads) {
            this.count = count;
            this.piece = piece;
            this.threads = threads;
        }

        synchronized void start(int wanted) {
            for (int i = 0; i < wanted; i++) {
                threads.execute(this::step);
                lanes++;
            }
        }

        private void step() {
            int number = take();
            if (number < 0) {
                return;
            }
            Throwable problem = null;
            try {
                piece.run(number);
            } catch (Throwable e) { // handed to the caller
                problem = e;
            }
            again(problem);
        }

        /** The number of a piece for a lane, or -1 if there is no more and the lane has ended. */
        private synchronized int take() {
            if (failure == null && next < count) {
                return next++;
            }
            lanes--;
            notifyAll();
            return -1;
        }

        private synchronized void again(Throwable problem) {
            if (problem != null && failure == null) {
                failure = problem;
            }
            try {
                threads.execute(this::step);
            } catch (RuntimeException closed) {
                failure = failure == null ? closed : failure;
                lanes--;
                notifyAll();
            }
        }

        synchronized void await() throws IOException {
            boolean interrupted = false;
            while (lanes > 0) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                    failure = failure == null ? new InterruptedIOException("transfer interrupted") : failure;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (failure instanceof IOException e) {
                throw e;
            } else if (failure instanceof RuntimeException e) {
                throw e;
            } else if (failure instanceof Error e) {
                throw e;
            }
        }
    }
}
