package io.dcp.oss.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dcp.oss.config.HomeConfig;
import io.dcp.oss.controller.AccessToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the HTTP API of the platform in a home directory. While its supervisor runs, a missing agent is one that is being
 * restarted, and is waited for.
 */
final class PlatformClient {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final long RETRY_MILLIS = 20;

    private final HomeConfig home;
    private final Duration patience;
    private final JsonMapper mapper = JsonMapper.builder().build();

    /**
     * Takes the platform's home.
     *
     * @param patience how long to wait for an agent that is being restarted
     */
    PlatformClient(HomeConfig home, Duration patience) {
        this.home = home;
        this.patience = patience;
    }

    /**
     * Asks, and returns the answer as it came.
     *
     * @param answerTimeout how long the answer may take
     * @throws NotRunningException if nobody is there to ask
     * @throws IOException with the platform's own words if it refuses
     */
    String ask(String method, String resource, Duration answerTimeout) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<ProcessHandle> supervisor = supervisor();
            try {
                return askOnce(method, resource, answerTimeout);
            } catch (NoSuchFileException | ConnectException e) {
                if (supervisor.isEmpty()) {
                    throw new NotRunningException("no platform runs in " + home.home());
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new NotRunningException("the agent of the platform in " + home.home()
                            + " does not answer, although its supervisor ("
                            + supervisor.get().pid()
                            + ") runs: see " + home.home().resolve("agent.log"));
                }
            } catch (AccessDeniedException e) {
                throw new IOException("not allowed to use the platform in " + home.home(), e);
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    /** Parses an answer. */
    JsonNode parse(String answer) {
        return mapper.readTree(answer);
    }

    /** Waits until a process has ended. Returns whether it has. */
    static boolean awaitEnd(ProcessHandle process, Duration bound) throws InterruptedException {
        try {
            process.onExit().get(bound.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The supervisor, if it runs. */
    Optional<ProcessHandle> supervisor() {
        try {
            Path file = home.run().resolve("supervisor.pid");
            return alive(Long.parseLong(Files.readString(file, UTF_8).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private String askOnce(String method, String resource, Duration answerTimeout) throws IOException {
        JsonNode ready = parse(Files.readString(home.run().resolve("ready"), UTF_8));
        long agent = ready.get("pid").asLong();
        if (alive(agent).isEmpty()) {
            // It was killed and could not take this back; its port may be somebody else's by now.
            throw new ConnectException("the agent is gone: pid=" + agent);
        }
        String token = AccessToken.read(home.token()).text();
        URI address = URI.create("http://127.0.0.1:" + ready.get("httpPort").asInt() + resource);
        // The JDK's newer HttpClient takes 200 ms longer to start.
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
        connection.setRequestMethod(method);
        connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
        connection.setReadTimeout((int) Math.min(Integer.MAX_VALUE, answerTimeout.toMillis()));
        connection.setRequestProperty("Authorization", "Bearer " + token);
        try {
            int code = codeOf(connection, agent);
            try (InputStream in = code < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                String body = in == null ? "" : new String(in.readAllBytes(), UTF_8);
                if (code == 200) {
                    return body;
                }
                throw new IOException(reason(code, body));
            }
        } finally {
            connection.disconnect();
        }
    }

    private static int codeOf(HttpURLConnection connection, long agent) throws IOException {
        try {
            return connection.getResponseCode();
        } catch (SocketException e) {
            if (alive(agent).isPresent()) {
                throw e;
            }
            ConnectException gone = new ConnectException("the agent died before it answered: pid=" + agent);
            gone.initCause(e);
            throw gone;
        }
    }

    private static Optional<ProcessHandle> alive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    }

    private String reason(int code, String body) {
        if (body.startsWith("{")) {
            JsonNode error = parse(body).get("error");
            if (error != null) {
                return error.asString();
            }
        }
        return "the platform in " + home.home() + " answered " + code;
    }
}
