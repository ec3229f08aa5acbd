package io.dcp.oss.agent;

import io.dcp.oss.embedded.EmbeddedObjectStore;
import io.dcp.storage.tier.ObjectStore;
import io.dcp.storage.tier.ObjectStoreException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The object store that the platform uses, with the server behind it if that is embedded. */
final class ObjectStorePart implements AutoCloseable {
    /** How long a look whether the store answers may take. */
    private static final long PROBE_MILLIS = 2_000;

    private static final String PROBE_KEY = "probe";

    private final String endpoint;
    private final ObjectStore store;
    private final EmbeddedObjectStore server;

    /**
     * Takes both over.
     *
     * @param server the embedded server, or null
     */
    ObjectStorePart(String endpoint, ObjectStore store, EmbeddedObjectStore server) {
        this.endpoint = endpoint;
        this.store = store;
        this.server = server;
    }

    String endpoint() {
        return endpoint;
    }

    boolean embedded() {
        return server != null;
    }

    ObjectStore store() {
        return store;
    }

    /** Asks for an object that need not exist. Returns null if the store answered, else why it did not. */
    String probe() throws InterruptedException {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> answer.complete(ask()), "object-store-probe");
        thread.setDaemon(true);
        thread.start();
        try {
            return answer.get(PROBE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return "no answer within " + PROBE_MILLIS + " ms";
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes what was written durable; a store that is not embedded has done so before it answered. */
    void sync() throws IOException {
        if (server != null) {
            server.sync();
        }
    }

    /** Closes the client, then the server. */
    @Override
    public void close() {
        store.close();
        if (server != null) {
            server.close();
        }
    }

    private String ask() {
        try {
            store.head(PROBE_KEY);
            return null;
        } catch (ObjectStoreException e) {
            return e.getMessage();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }
}
