package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.ThreadCredentials;
import io.dcp.storage.metadata.MetadataStore;
import io.dcp.storage.metadata.WriteBatch;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata, whoever the calling thread acts for: its files are the agent's. An agent whose metadata can no longer be
 * made durable ends; the one that takes its place opens them anew.
 */
final class AgentStore implements MetadataStore {
    private static final Logger log = LoggerFactory.getLogger(AgentStore.class);
    private static final int EXIT_STATUS = 70;

    private final MetadataStore store;
    private final ThreadCredentials credentials;

    AgentStore(MetadataStore store, ThreadCredentials credentials) {
        this.store = store;
        this.credentials = credentials;
    }

    @Override
    public byte[] get(byte[] key) {
        return store.get(key);
    }

    @Override
    public void scan(byte[] fromInclusive, byte[] toExclusive, Visitor visitor) {
        store.scan(fromInclusive, toExclusive, visitor);
    }

    @Override
    public long commit(WriteBatch batch) throws IOException {
        return credentials.<Long, IOException>asAgent(() -> store.commit(batch));
    }

    @Override
    public void sync() throws IOException {
        try {
            credentials.<Void, IOException>asAgent(() -> {
                store.sync();
                return null;
            });
        } catch (IOException e) {
            log.error("metadata cannot be made durable, the agent ends: {}", e.toString());
            Runtime.getRuntime().halt(EXIT_STATUS);
        }
    }

    @Override
    public void checkpoint() throws IOException {
        credentials.<Void, IOException>asAgent(() -> {
            store.checkpoint();
            return null;
        });
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
