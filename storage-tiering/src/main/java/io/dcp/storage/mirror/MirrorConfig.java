package io.dcp.storage.mirror;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the mirror is and how it writes back.
 *
 * @param mirror the directory that holds the mirror
 * @param root the path at which programs see it; the same directory, bound there
 * @param region the file that programs map; it exists, 4,096 bytes
 * @param intents the file that remembers what was being changed; made if missing
 * @param bootId names the boot of the machine
 * @param dirtyBytes how much may wait for the object store before writers wait
 * @param writeBackDelay how long a file is left alone after its last change before it is sent
 */
public record MirrorConfig(
        Path mirror, Path root, Path region, Path intents, String bootId, long dirtyBytes, Duration writeBackDelay) {}
