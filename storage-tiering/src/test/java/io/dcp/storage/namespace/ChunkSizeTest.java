package io.dcp.storage.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dcp.storage.metadata.JournaledStore;
import io.dcp.storage.metadata.MetadataStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkSizeTest {
    @TempDir
    Path directory;

    @Test
    void shouldStayWhatTheTreeWasBegunWith() throws Exception {
        try (MetadataStore store = JournaledStore.open(directory)) {
            assertEquals(4 << 20, ChunkSize.of(store, 4 << 20));
            assertEquals(4 << 20, ChunkSize.of(store, 1 << 20));
        }
        try (MetadataStore store = JournaledStore.open(directory)) {
            assertEquals(4 << 20, ChunkSize.of(store, 1 << 20));
        }
    }
}
