package io.dcp.oss.agent;

import io.dcp.oss.config.AgentConfig;
import io.dcp.oss.config.BadSettingException;
import io.dcp.oss.config.HomeConfig;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's process. Exit status: 0 when it was asked to go down, 3 when the start was refused for a reason that
 * starting again does not mend (one line in {@code run/failure} and on standard error).
 */
public final class Agent {
    private static final int FAILED = 1;
    private static final int REFUSED = 3;

    private Agent() {}

    /** Starts, serves until asked to go down, and ends the process. Takes no arguments: see {@link AgentConfig}. */
    public static void main(String[] arguments) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(Agent::uncaught);
        System.exit(run(System.getenv()));
    }

    /**
     * Without one of the threads that answer programs, some of them would wait for ever: another process is better. The
     * rest of the agent does without a thread that failed.
     */
    private static void uncaught(Thread thread, Throwable e) {
        logger().error("{} ended by an exception", thread.getName(), e);
        if (thread.getName().startsWith("shim-") || e instanceof VirtualMachineError) {
            Runtime.getRuntime().halt(FAILED);
        }
    }

    private static int run(Map<String, String> environment) throws InterruptedException {
        RunDirectory run = new RunDirectory(HomeConfig.of(environment).run());
        try {
            AgentConfig config = AgentConfig.read(environment);
            Startup.Started started = new Startup(
                            config,
                            run,
                            Clock.systemUTC(),
                            new Startup.Makers(
                                    ObjectStores::open, MirroredTree::open, new InheritedSockets(environment)::listen))
                    .start(platform -> Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "shutdown")));
            IdleTrim.start();
            logger().info("serving {}", config.home().root());
            started.platform().awaitLeave();
            return 0;
        } catch (BadSettingException | StartRefusedException e) {
            refuse(run, e);
            return REFUSED;
        }
    }

    private static void refuse(RunDirectory run, Exception reason) {
        logger().error("start refused: {}", reason.getMessage(), reason.getCause());
        try {
            run.publishFailure(reason.getMessage());
        } catch (IOException e) {
            logger().error("cannot write run/failure: {}", e.toString());
        }
    }

    private static Logger logger() {
        return LoggerFactory.getLogger(Agent.class);
    }
}
