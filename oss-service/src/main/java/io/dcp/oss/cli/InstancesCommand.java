package io.dcp.oss.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Lists the instances. */
@Command(name = "instances", description = "Lists the instances that are members now.")
final class InstancesCommand implements Callable<Integer> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    @ParentCommand
    private Dcp dcp;

    @Override
    public Integer call() throws Exception {
        PlatformClient client = dcp.client();
        JsonNode status = client.parse(client.ask("GET", "/status", ANSWER_TIMEOUT));
        dcp.out().printf("%-20s %-20s %-8s %-6s %s%n", "NAME", "HOST", "AGENT", "LEADER", "SINCE");
        for (JsonNode instance : status.get("instances")) {
            dcp.out()
                    .printf(
                            "%-20s %-20s %-8d %-6s %s%n",
                            instance.get("name").asString(),
                            instance.get("host").asString(),
                            instance.get("pid").asLong(),
                            instance.get("name").equals(status.get("leader")) ? "yes" : "no",
                            instance.get("startedAt").asString());
        }
        return 0;
    }
}
