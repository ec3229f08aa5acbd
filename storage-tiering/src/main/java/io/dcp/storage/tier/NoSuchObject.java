package io.dcp.storage.tier;

/** An object that must exist does not. */
public final class NoSuchObject extends ObjectStoreException {
    private static final long serialVersionUID = 1;

    /** Says what was asked of which object, in one line, with the cause or null. */
    public NoSuchObject(String message, Throwable cause) {
        super(message, cause);
    }
}
