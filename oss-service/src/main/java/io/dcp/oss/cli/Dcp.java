package io.dcp.oss.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dcp.oss.config.HomeConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The administration of a platform that runs. Exit status: 0 done, 1 not done (one line on standard error says why), 2
 * wrong usage.
 */
@Command(
        name = "dcp",
        description = "Looks at and ends the platform whose state is in DCP_HOME (default ~/.dcp).",
        mixinStandardHelpOptions = true,
        version = "dcp 0.1.0",
        subcommands = {StatusCommand.class, DownCommand.class, InstancesCommand.class, FsckCommand.class})
public final class Dcp implements Callable<Integer> {
    private static final Duration RESTART_PATIENCE = Duration.ofSeconds(10);

    private final HomeConfig home;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Dcp(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.home = HomeConfig.of(environment);
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /** Runs the command that the arguments name, and ends the process. */
    public static void main(String[] arguments) {
        System.exit(run(System.getenv(), System.out, System.err, arguments));
    }

    /** Runs a command in this process. Returns its exit status. */
    public static int run(Map<String, String> environment, PrintStream out, PrintStream err, String... arguments) {
        return new CommandLine(new Dcp(environment, new PrintStream(out, true, UTF_8), err))
                .setOut(new PrintWriter(out, true, UTF_8))
                .setErr(new PrintWriter(err, true, UTF_8))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    err.println("dcp: " + (e instanceof IOException ? e.getMessage() : e.toString()));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments);
    }

    /** Without a command there is nothing to do. */
    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
    }

    HomeConfig home() {
        return home;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    Map<String, String> environment() {
        return environment;
    }

    PlatformClient client() {
        return new PlatformClient(home, RESTART_PATIENCE);
    }
}
