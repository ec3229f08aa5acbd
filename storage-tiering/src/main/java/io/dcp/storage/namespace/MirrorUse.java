package io.dcp.storage.namespace;

import java.nio.charset.StandardCharsets;

/**
 * How the mirror was used last.
 *
 * @param inUse whether it was not closed in order, after which all of it is on the disk
 * @param bootId the boot of the machine in which that was
 */
public record MirrorUse(boolean inUse, String bootId) {
    byte[] encode() {
        return ((inUse ? "u" : "c") + bootId).getBytes(StandardCharsets.UTF_8);
    }

    static MirrorUse decode(byte[] record) {
        return new MirrorUse(record[0] == 'u', new String(record, 1, record.length - 1, StandardCharsets.UTF_8));
    }
}
