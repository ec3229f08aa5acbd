package io.dcp.storage.metadata;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** How a file's content is made to survive the loss of power; tests put themselves in between. */
@FunctionalInterface
interface Durability {
    /** fdatasync. */
    Durability FDATASYNC = file -> file.force(false);

    /** Returns when the content of the file is durable. */
    void force(FileChannel file) throws IOException;
}
