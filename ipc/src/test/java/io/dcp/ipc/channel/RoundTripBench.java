package io.dcp.ipc.channel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Measures a call's round trip from a C program, once warm: {@code RoundTripBench [rounds [calls]]}. Prints what
 * {@code shim-client latency} does, pinned to CPU 0 and its door.
 */
public final class RoundTripBench {
    private RoundTripBench() {}

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        String calls = args.length > 1 ? args[1] : "50000";
        Path directory = Files.createTempDirectory("round-trip");
        Path client = TestPrograms.compile("shim-client", directory);
        Attributes attributes = TestMessages.attributes(1);
        CallHandler handler = new CallHandler() {
            @Override
            public void handle(Caller caller, FileCall call, Replier replier) {
                replier.reply(Reply.attributes(attributes));
            }

            @Override
            public void sessionEnded(long session) {}
        };
        int doors = Runtime.getRuntime().availableProcessors();
        try (ListenSockets sockets = ListenSockets.in(directory, doors);
                ShimServer server = new ShimServer(sockets.descriptors(), handler)) {
            server.start();
            for (int i = 0; i < rounds; i++) {
                String said = TestPrograms.run(
                        new byte[0], List.of(client.toString(), sockets.path(0).toString(), "latency", calls, "0"));
                System.out.println(said.strip().replace('\n', ' '));
            }
        }
        Files.delete(client);
        Files.delete(directory);
    }
}
