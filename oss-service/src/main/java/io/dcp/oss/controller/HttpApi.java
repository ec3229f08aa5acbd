package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP API, on loopback only. Every request shows the token as {@code Authorization: Bearer …}; every answer is one
 * JSON object, errors as {@code {"error": "…"}}.
 *
 * <ul>
 *   <li>{@code GET /status}: {@link PlatformStatus}
 *   <li>{@code POST /down?dropCache=true|false}: {@link DownReport}, or 409 with the reason; afterwards the process ends
 * </ul>
 */
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final int BACKLOG = 64;
    private static final int MAX_BODY_BYTES = 1 << 16;

    static {
        // Answers are written in two pieces; without this each waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Seconds for which a client may dawdle with its request or with reading the answer.
        System.setProperty("sun.net.httpserver.maxReqTime", "30");
        // The time counts from the end of the request, so this is a bound on a check as well.
        System.setProperty("sun.net.httpserver.maxRspTime", "86400");
    }

    private static final Pattern CHECK = Pattern.compile("repair=(true|false)&data=(true|false)");

    private final HttpServer server;
    private final ExecutorService workers;
    private final AccessToken token;
    private volatile Administration administration;

    private HttpApi(HttpServer server, AccessToken token) {
        this.server = server;
        this.token = token;
        AtomicInteger count = new AtomicInteger();
        this.workers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "http-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes the port. Connections wait until {@link #serve}.
     *
     * @param port the loopback port, 0 meaning any
     * @throws java.net.BindException if it is taken
     */
    public static HttpApi bind(int port, AccessToken token) throws IOException {
        return new HttpApi(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG), token);
    }

    /** Begins to answer. */
    public void serve(Administration target) {
        administration = target;
        server.setExecutor(workers);
        server.createContext("/", guarded("GET", exchange -> fail(exchange, 404, "no such resource")));
        server.createContext("/status", guarded("GET", this::status));
        server.createContext("/down", guarded("POST", this::down));
        server.createContext("/fsck", guarded("POST", this::check));
        server.start();
    }

    /** The loopback port. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops listening and cuts off what is still being answered. */
    @Override
    public void close() {
        if (administration == null) {
            // A server that never ran lets go of its port only when it runs for a moment (JDK 17).
            server.start();
        }
        server.stop(0);
        workers.shutdownNow();
    }

    private HttpHandler guarded(String method, HttpHandler handler) {
        return exchange -> {
            try {
                admit(method, handler, exchange);
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                if (exchange.getResponseCode() < 0) {
                    fail(exchange, 500, "internal error, see the agent's log: " + e);
                }
            } finally {
                exchange.close();
            }
        };
    }

    private void admit(String method, HttpHandler handler, HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
        if (!token.admits(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            fail(exchange, 401, "the token is missing or wrong");
        } else if (!exchange.getRequestURI()
                .getPath()
                .equals(exchange.getHttpContext().getPath())) {
            fail(exchange, 404, "no such resource");
        } else if (!method.equals(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", method);
            fail(exchange, 405, "only " + method + " here");
        } else {
            handler.handle(exchange);
        }
    }

    private void status(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getQuery() != null) {
            fail(exchange, 400, "/status takes no parameters");
            return;
        }
        answer(exchange, 200, administration.status());
    }

    private void down(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        boolean dropCache;
        if (query == null || query.equals("dropCache=false")) {
            dropCache = false;
        } else if (query.equals("dropCache=true")) {
            dropCache = true;
        } else {
            fail(exchange, 400, "/down takes dropCache=true or dropCache=false");
            return;
        }
        DownReport report;
        try {
            report = administration.down(dropCache);
        } catch (DownRefusedException e) {
            fail(exchange, 409, e.getMessage());
            return;
        }
        try {
            answer(exchange, 200, report);
        } finally {
            administration.leave();
        }
    }

    private void check(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        Matcher options = CHECK.matcher(query == null ? "" : query);
        if (!options.matches()) {
            fail(exchange, 400, "/fsck takes repair=true|false&data=true|false");
            return;
        }
        CheckReport report;
        try {
            report = administration.check(
                    new CheckOptions(Boolean.parseBoolean(options.group(1)), Boolean.parseBoolean(options.group(2))));
        } catch (IOException e) {
            fail(exchange, 503, "the check was not finished: " + e.getMessage());
            return;
        }
        answer(exchange, 200, report);
    }

    private static void fail(HttpExchange exchange, int code, String reason) throws IOException {
        answer(exchange, code, Map.of("error", reason));
    }

    private static void answer(HttpExchange exchange, int code, Object body) throws IOException {
        byte[] bytes = (Json.MAPPER.writeValueAsString(body) + "\n").getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** Loaded at the first answer, to keep the mapper out of the start-up. */
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder().build();
    }
}
