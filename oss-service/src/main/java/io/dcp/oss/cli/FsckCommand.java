package io.dcp.oss.cli;

import io.dcp.oss.agent.OfflineCheck;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.check.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks the tree of a platform, by its agent if it runs, else by itself. */
@Command(
        name = "fsck",
        description = {
            "Checks the tree: its tables, the objects of its contents, and the mirror. The platform may run.",
            "Exit status: 0 nothing found, 1 all corrected, 4 errors left, 8 the check failed."
        })
final class FsckCommand implements Callable<Integer> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofHours(24);
    private static final int FAILED = 8;

    @ParentCommand
    private Dcp dcp;

    @Option(names = "--repair", description = "Repair what can be repaired without losing data.")
    private boolean repair;

    @Option(names = "--data", description = "Read every object and compare its checksum, not only its length.")
    private boolean data;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        CheckReport report;
        try {
            report = check(dcp.client());
        } catch (IOException e) {
            dcp.err().println("dcp: " + e.getMessage());
            return FAILED;
        }
        if (json) {
            dcp.out().println(JsonMapper.builder().build().writeValueAsString(report));
        } else {
            report.problems().forEach(dcp.out()::println);
            dcp.out().println(report.found() + " found, " + report.repaired() + " repaired");
        }
        return report.exitStatus();
    }

    private CheckReport check(PlatformClient client) throws IOException, InterruptedException {
        boolean runs = client.supervisor().isPresent();
        try {
            return read(client.parse(client.ask("POST", "/fsck?repair=" + repair + "&data=" + data, ANSWER_TIMEOUT)));
        } catch (NotRunningException e) {
            if (runs) {
                throw e;
            }
            return OfflineCheck.run(dcp.environment(), new CheckOptions(repair, data));
        }
    }

    private static CheckReport read(JsonNode answer) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode each : answer.get("problems")) {
            problems.add(new Problem(
                    Problem.Kind.valueOf(each.get("kind").asString()),
                    each.get("where").asString(),
                    each.get("repaired").asBoolean()));
        }
        return new CheckReport(
                answer.get("found").asLong(), answer.get("repaired").asLong(), problems);
    }
}
