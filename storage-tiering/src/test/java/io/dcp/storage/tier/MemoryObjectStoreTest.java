package io.dcp.storage.tier;

/** The fake keeps the contract, so that tests that use it mean something. */
class MemoryObjectStoreTest extends ObjectStoreContract {
    private final ObjectStore store = new MemoryObjectStore();

    @Override
    protected ObjectStore store() {
        return store;
    }
}
