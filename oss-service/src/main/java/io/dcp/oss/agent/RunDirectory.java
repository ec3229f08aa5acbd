package io.dcp.oss.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dcp.ipc.wire.HelloDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;

/**
 * The directory in which programs, the supervisor and the agent find each other. What the agent writes here appears
 * whole or not at all.
 */
public final class RunDirectory {
    private final Path directory;

    /** Takes the directory's path; it may not exist yet. */
    public RunDirectory(Path directory) {
        this.directory = directory;
    }

    /** Tells everybody that this process serves, and by which version of the wire. */
    void publishReady(long pid, int httpPort) throws IOException {
        int wire = HelloDecoder.SCHEMA_VERSION;
        publish("ready", "{\"pid\":" + pid + ",\"httpPort\":" + httpPort + ",\"wireVersion\":" + wire + "}");
    }

    /** Tells whoever waits for the start why there will be none. */
    void publishFailure(String line) throws IOException {
        publish("failure", line);
    }

    /** Takes back {@code ready}, so that nobody turns to a process that is about to end. */
    void withdrawReady() throws IOException {
        Files.deleteIfExists(directory.resolve("ready"));
    }

    /** The supervisor's process number, if it has written one. */
    OptionalLong supervisorPid() {
        try {
            return OptionalLong.of(Long.parseLong(
                    Files.readString(directory.resolve("supervisor.pid"), UTF_8).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private void publish(String name, String line) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        Files.writeString(fresh, line + "\n", UTF_8);
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
