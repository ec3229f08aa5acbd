package io.dcp.storage.tier;

/** The object store refuses the credentials, the bucket or the request. Trying the same again does not help. */
public final class ObjectStoreRefused extends ObjectStoreException {
    private static final long serialVersionUID = 1;

    /** Says what was asked of which object, in one line, with the cause or null. */
    public ObjectStoreRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
