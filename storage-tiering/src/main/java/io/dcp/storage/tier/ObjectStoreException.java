package io.dcp.storage.tier;

/** A request to the object store failed; the subtypes say what a caller can do about it. */
public abstract sealed class ObjectStoreException extends RuntimeException
        permits ObjectStoreUnavailable, ObjectStoreRefused, NoSuchObject {
    private static final long serialVersionUID = 1;

    ObjectStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
