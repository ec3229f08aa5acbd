package io.dcp.oss.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Ends the platform. */
@Command(name = "down", description = "Ends the platform; its state stays for the next start.")
final class DownCommand implements Callable<Integer> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofHours(1);
    private static final Duration END_BOUND = Duration.ofSeconds(30);

    @ParentCommand
    private Dcp dcp;

    @Option(
            names = "--drop-cache",
            description = "First bring everything into the object store, then empty the mirror of the tree.")
    private boolean dropCache;

    @Override
    public Integer call() throws Exception {
        PlatformClient client = dcp.client();
        Optional<ProcessHandle> supervisor = client.supervisor();
        String answer;
        try {
            answer = client.ask("POST", "/down?dropCache=" + dropCache, ANSWER_TIMEOUT);
        } catch (NotRunningException e) {
            if (dropCache || supervisor.isPresent()) {
                throw e;
            }
            dcp.out().println(e.getMessage());
            return 0;
        }
        if (supervisor.isPresent() && !PlatformClient.awaitEnd(supervisor.get(), END_BOUND)) {
            throw new IOException("the supervisor (" + supervisor.get().pid() + ") is still there");
        }
        JsonNode problem = client.parse(answer).get("problem");
        if (!problem.isNull()) {
            throw new IOException("down, but " + problem.asString());
        }
        return 0;
    }
}
