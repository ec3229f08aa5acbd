package io.dcp.storage.tier;

/** The object store does not answer in time, fails inside, or asks for patience. Trying again later is right. */
public final class ObjectStoreUnavailable extends ObjectStoreException {
    private static final long serialVersionUID = 1;

    /** Says what was asked of which object, in one line, with the cause or null. */
    public ObjectStoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
