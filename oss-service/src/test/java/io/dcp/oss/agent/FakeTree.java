package io.dcp.oss.agent;

import io.dcp.ipc.channel.CallHandler;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A tree that only records what it is asked to do, and fails at it on demand. */
final class FakeTree implements Tree {
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    volatile long dirtyBytes = 100;
    volatile String drainFailure;
    volatile String closeFailure;

    @Override
    public CallHandler calls() {
        throw new UnsupportedOperationException("nobody calls in these tests");
    }

    @Override
    public long dirtyBytes() {
        return dirtyBytes;
    }

    @Override
    public int dirtyFiles() {
        return dirtyBytes == 0 ? 0 : 1;
    }

    @Override
    public boolean cold() {
        return true;
    }

    @Override
    public String writeBackError() {
        return null;
    }

    @Override
    public void drain(Duration bound) throws IOException {
        asked.add("drain");
        if (drainFailure != null) {
            throw new IOException(drainFailure);
        }
        dirtyBytes = 0;
    }

    @Override
    public void dropCache() {
        asked.add("dropCache");
    }

    @Override
    public CheckReport check(CheckOptions options, Path scratch) {
        asked.add("check");
        return new CheckReport(0, 0, List.of());
    }

    @Override
    public void close() throws IOException {
        asked.add("close");
        if (closeFailure != null) {
            throw new IOException(closeFailure);
        }
    }
}
