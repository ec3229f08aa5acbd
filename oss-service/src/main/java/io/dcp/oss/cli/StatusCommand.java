package io.dcp.oss.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Shows how the platform is. */
@Command(name = "status", description = "Shows how the platform is; fails if it does not run.")
final class StatusCommand implements Callable<Integer> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    @ParentCommand
    private Dcp dcp;

    @Option(names = "--json", description = "Print the whole status as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PlatformClient client = dcp.client();
        String answer = client.ask("GET", "/status", ANSWER_TIMEOUT);
        if (json) {
            dcp.out().print(answer);
        } else {
            print(client.parse(answer), dcp.out());
        }
        return 0;
    }

    private static void print(JsonNode status, PrintStream out) {
        JsonNode agent = status.get("agent");
        JsonNode supervisor = status.get("supervisor").get("pid");
        JsonNode store = status.get("objectStore");
        JsonNode zooKeeper = status.get("zookeeper");
        JsonNode error = status.get("writeBackError");
        JsonNode leader = status.get("leader");
        out.printf(
                "platform      %s since %s, agent %d, supervisor %s%n",
                agent.get("serving").asBoolean() ? "serving" : "going down",
                agent.get("startedAt").asString(),
                agent.get("pid").asLong(),
                supervisor.isNull() ? "none" : supervisor.asString());
        out.printf(
                "tree          %s, state in %s%n",
                status.get("root").asString(), status.get("home").asString());
        out.printf(
                "object store  %s, bucket %s, %s%n",
                store.get("endpoint").asString(),
                store.get("bucket").asString(),
                store.get("reachable").asBoolean()
                        ? "reachable"
                        : "NOT reachable: " + store.get("lastError").asString());
        out.printf(
                "to upload     %d bytes of %d files%s%n",
                status.get("dirtyBytes").asLong(),
                status.get("dirtyFiles").asInt(),
                error.isNull() ? "" : ", which fails: " + error.asString());
        out.printf(
                "zookeeper     %s on port %d%n",
                zooKeeper.get("state").asString(), zooKeeper.get("port").asInt());
        out.printf(
                "instances     %d, leader %s%n",
                status.get("instances").size(), leader.isNull() ? "none" : leader.asString());
    }
}
