package io.dcp.storage.namespace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A name in a directory: any bytes but NUL and '/', 1 to 255 of them.
 *
 * @param directory inode number of the directory
 * @param bytes not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Name(long directory, byte[] bytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Name that && directory == that.directory && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(directory) * 31 + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return directory + "/" + new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
