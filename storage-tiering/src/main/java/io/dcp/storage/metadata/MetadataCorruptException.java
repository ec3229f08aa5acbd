package io.dcp.storage.metadata;

import java.io.IOException;

/**
 * The metadata on disk is not what this program has written, or was written by another version. Nothing has been
 * changed: the files are as they were found.
 */
public final class MetadataCorruptException extends IOException {
    private static final long serialVersionUID = 1;

    /** Says which file is wrong, where and how. */
    public MetadataCorruptException(String message) {
        super(message);
    }

    /** Says which file is wrong, with what the base store reported. */
    public MetadataCorruptException(String message, Throwable cause) {
        super(message, cause);
    }
}
