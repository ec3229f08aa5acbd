package io.dcp.oss.agent;

import io.dcp.ipc.channel.ShimServer;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The listening sockets that the supervisor made and this process inherited: descriptors 3, 4, … as many as
 * {@code DCP_LISTEN_FDS} says. They outlive the agent, so that programs' connections wait while it is restarted.
 */
final class InheritedSockets {
    private static final String VARIABLE = "DCP_LISTEN_FDS";
    private static final int FIRST = 3;
    private static final int MOST = 16;

    private final String count;

    InheritedSockets(Map<String, String> environment) {
        this.count = environment.get(VARIABLE);
    }

    /** Begins to answer programs on all of them; without a supervisor there is nobody to answer. */
    AutoCloseable listen(Tree tree) throws StartRefusedException {
        int[] descriptors = descriptors();
        if (descriptors.length == 0) {
            return () -> {};
        }
        ShimServer server = new ShimServer(descriptors, tree.calls());
        server.start();
        return server;
    }

    int[] descriptors() throws StartRefusedException {
        if (count == null) {
            return new int[0];
        }
        int number;
        try {
            number = Integer.parseInt(count);
        } catch (NumberFormatException e) {
            throw new StartRefusedException(VARIABLE + "=" + count + " is not a number", e);
        }
        if (number < 1 || number > MOST) {
            throw new StartRefusedException(VARIABLE + "=" + count + " is not from 1 to " + MOST, null);
        }
        return IntStream.range(FIRST, FIRST + number).toArray();
    }
}
