package io.dcp.storage.tier;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * An {@link ObjectStore} that fails, or makes callers wait, when a test says so, and counts what is asked. Nothing here
 * depends on time: a call that waits does so until the test lets it go.
 */
public final class FaultyObjectStore implements ObjectStore {
    /** The kinds of calls that are counted. */
    public enum Call {
        PUT,
        GET,
        DELETE,
        LIST,
        HEAD
    }

    private final ObjectStore store;
    private final Map<Call, Integer> counts = new EnumMap<>(Call.class);
    private int callsUntilDown = Integer.MAX_VALUE;
    private boolean held;
    private int waiting;
    private int inFlight;
    private int mostInFlight;

    /** Wraps a store that works. */
    public FaultyObjectStore(ObjectStore store) {
        this.store = store;
    }

    /** From now on each call fails as if nobody answered. */
    public void goDown() {
        goDownAfter(0);
    }

    /** Lets a number of calls through before the store goes down. */
    public synchronized void goDownAfter(int calls) {
        callsUntilDown = calls;
    }

    /** Calls succeed again. */
    public synchronized void comeBack() {
        callsUntilDown = Integer.MAX_VALUE;
    }

    /** From now on each call waits before it does anything. */
    public synchronized void hold() {
        held = true;
    }

    /** Ends {@link #hold()}. */
    public synchronized void letGo() {
        held = false;
        notifyAll();
    }

    /** Returns when a number of calls wait because of {@link #hold()}. */
    public synchronized void awaitWaiting(int calls) throws InterruptedException {
        while (waiting < calls) {
            wait();
        }
    }

    /** Damages an object: flips a bit of one of its bytes. */
    public void flip(String key, int at) {
        ByteBuffer data = ByteBuffer.allocate((int) store.head(key).sizeBytes());
        store.get(key, data);
        data.flip();
        data.put(at, (byte) (data.get(at) ^ 1));
        store.put(key, data);
    }

    /** How many calls of a kind have begun. */
    public synchronized int count(Call call) {
        return counts.getOrDefault(call, 0);
    }

    /** Sets all counts to zero. */
    public synchronized void resetCounts() {
        counts.clear();
        mostInFlight = 0;
    }

    /** The largest number of calls that were under way at the same time. */
    public synchronized int mostInFlight() {
        return mostInFlight;
    }

    @Override
    public void ensureReady() {
        store.ensureReady();
    }

    @Override
    public void put(String key, ByteBuffer data) {
        begin(Call.PUT);
        try {
            store.put(key, data);
        } finally {
            end();
        }
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer data) {
        begin(Call.PUT);
        try {
            return store.putIfAbsent(key, data);
        } finally {
            end();
        }
    }

    @Override
    public String putIfMatch(String key, String etag, ByteBuffer data) {
        begin(Call.PUT);
        try {
            return store.putIfMatch(key, etag, data);
        } finally {
            end();
        }
    }

    @Override
    public int get(String key, ByteBuffer into) {
        begin(Call.GET);
        try {
            return store.get(key, into);
        } finally {
            end();
        }
    }

    @Override
    public void delete(String key) {
        begin(Call.DELETE);
        try {
            store.delete(key);
        } finally {
            end();
        }
    }

    @Override
    public void list(String prefix, ListVisitor visitor) {
        begin(Call.LIST);
        try {
            store.list(prefix, visitor);
        } finally {
            end();
        }
    }

    @Override
    public ObjectInfo head(String key) {
        begin(Call.HEAD);
        try {
            return store.head(key);
        } finally {
            end();
        }
    }

    @Override
    public void close() {
        store.close();
    }

    private synchronized void begin(Call call) {
        counts.merge(call, 1, Integer::sum);
        waiting++;
        notifyAll();
        boolean interrupted = false;
        while (held) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        waiting--;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (interrupted || callsUntilDown <= 0) {
            throw new ObjectStoreUnavailable("the test has taken the store down", null);
        }
        if (callsUntilDown != Integer.MAX_VALUE) {
            callsUntilDown--;
        }
        inFlight++;
        mostInFlight = Math.max(mostInFlight, inFlight);
    }

    private synchronized void end() {
        inFlight--;
    }
}
