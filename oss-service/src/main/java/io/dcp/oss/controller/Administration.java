package io.dcp.oss.controller;

import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;

/** What the HTTP API shows of a platform and can do to it. Called from several threads. */
public interface Administration {

    /** Looks at everything; blocks for a few seconds at most. */
    PlatformStatus status();

    /**
     * Ends service and closes the stores, so that nothing is left but to end the process. Blocks for as long as it
     * takes to upload what has to be.
     *
     * @param dropCache bring every content into the object store first, and empty the mirror afterwards
     * @throws DownRefusedException if that cannot be done now; the platform then goes on serving
     */
    DownReport down(boolean dropCache) throws DownRefusedException;

    /**
     * Checks tree, objects and mirror, and repairs them if asked to; programs go on meanwhile. Blocks for as long as it
     * takes.
     *
     * @throws IOException if it could not be finished, because the object store is away, say
     */
    CheckReport check(CheckOptions options) throws IOException;

    /** Lets the process end; called once the answer to {@link #down} is on its way. */
    void leave();
}
