package io.dcp.oss.agent;

import io.dcp.ipc.channel.CallHandler;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The tree that programs see, as far as the life of the platform has to do with it. */
public interface Tree extends AutoCloseable {

    /** What answers programs' calls on it. */
    CallHandler calls();

    /** Contents that are not in the object store yet, in bytes. */
    long dirtyBytes();

    /** How many files these belong to. */
    int dirtyFiles();

    /** Whether the mirror may lack names or contents. */
    boolean cold();

    /** Why contents cannot be uploaded at present; null if they can. */
    String writeBackError();

    /**
     * Brings everything into the object store, before the mirror is emptied.
     *
     * @throws IOException if something is left or is watched by a program, with the reason; nothing is lost, the rest stays dirty
     */
    void drain(Duration bound) throws IOException, InterruptedException;

    /**
     * Empties the mirror, so that the next start is cold. Nothing may be dirty and no call may be served any more.
     *
     * @throws IOException if the mirror could not be emptied; what is gone from it comes from the object store
     */
    void dropCache() throws IOException;

    /**
     * Checks everything; see {@link io.dcp.oss.controller.Administration#check}.
     *
     * @param scratch a directory for temporary files
     */
    CheckReport check(CheckOptions options, Path scratch) throws IOException;

    /** Ends write-back and closes the metadata; what is dirty stays on the mirror for the next start. */
    @Override
    void close() throws IOException;
}
