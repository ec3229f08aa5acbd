package io.dcp.oss.controller;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.storage.check.CheckOptions;
import io.dcp.storage.check.CheckReport;
import io.dcp.storage.check.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class HttpApiTest {
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final Recorded platform = new Recorded();

    @TempDir
    private Path directory;

    private AccessToken token;
    private HttpApi api;

    @BeforeEach
    void serve() throws Exception {
        token = AccessToken.readOrCreate(directory.resolve("token"));
        api = HttpApi.bind(0, token);
        api.serve(platform);
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void shouldTellTheStatus() throws Exception {
        Answer answer = ask("GET", "/status", "Bearer " + token.text());
        assertEquals(200, answer.code);
        assertEquals(7, answer.json.get("agent").get("pid").asLong());
        assertEquals(5, answer.json.get("supervisor").get("pid").asLong());
        assertEquals("local", answer.json.get("leader").asString());
        assertEquals("local", answer.json.get("instances").get(0).get("name").asString());
        assertTrue(answer.json.get("objectStore").get("lastError").isNull());
        assertEquals(12, answer.json.get("dirtyBytes").asLong());
        assertTrue(answer.json.get("coldTree").asBoolean());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "GET,  /status,                 -,            401",
                "GET,  /status,                 Bearer x,     401",
                "GET,  /status,                 Basic TOKEN,  401",
                "POST, /down,                   -,            401",
                "GET,  /other,                  -,            401",
                "GET,  /other,                  Bearer TOKEN, 404",
                "GET,  /,                       Bearer TOKEN, 404",
                "GET,  /status/more,            Bearer TOKEN, 404",
                "POST, /status,                 Bearer TOKEN, 405",
                "GET,  /down,                   Bearer TOKEN, 405",
                "GET,  /status?x=1,             Bearer TOKEN, 400",
                "POST, /down?dropCache=perhaps, Bearer TOKEN, 400",
                "POST, /down?x=1,               Bearer TOKEN, 400",
                "GET,  /fsck,                   Bearer TOKEN, 405",
                "POST, /fsck,                   -,            401",
                "POST, /fsck,                   Bearer TOKEN, 400",
                "POST, /fsck?repair=true,       Bearer TOKEN, 400",
                "POST, /fsck?repair=1&data=0,   Bearer TOKEN, 400",
            })
    void shouldAnswerBadRequestsInJson(String method, String resource, String authorization, int code)
            throws Exception {
        Answer answer =
                ask(method, resource, authorization == null ? null : authorization.replace("TOKEN", token.text()));
        assertEquals(code, answer.code);
        assertFalse(answer.json.get("error").asString().isBlank());
        assertEquals("", platform.asked);
    }

    @ParameterizedTest
    @CsvSource({"/down,false", "/down?dropCache=false,false", "/down?dropCache=true,true"})
    void shouldGoDownAndLeaveAfterTheAnswer(String resource, boolean dropCache) throws Exception {
        Answer answer = ask("POST", resource, "Bearer " + token.text());
        assertEquals(200, answer.code);
        assertEquals("down " + dropCache, platform.asked);
        assertEquals(12, answer.json.get("dirtyBytes").asLong());
        platform.left.await();
    }

    @Test
    void shouldTellWhyItDoesNotGoDown() throws Exception {
        platform.refusal = "the object store is away";
        Answer answer = ask("POST", "/down?dropCache=true", "Bearer " + token.text());
        assertEquals(409, answer.code);
        assertEquals("the object store is away", answer.json.get("error").asString());
        assertEquals(1, platform.left.getCount());
    }

    @Test
    void shouldCheckAndTellWhatIsWrong() throws Exception {
        Answer answer = ask("POST", "/fsck?repair=true&data=false", "Bearer " + token.text());
        assertEquals(200, answer.code);
        assertEquals("check true false", platform.asked);
        assertEquals(1, answer.json.get("found").asLong());
        assertEquals(0, answer.json.get("repaired").asLong());
        JsonNode problem = answer.json.get("problems").get(0);
        assertEquals("ORPHAN", problem.get("kind").asString());
        assertEquals("ino=5", problem.get("where").asString());
        assertFalse(problem.get("repaired").asBoolean());
    }

    @Test
    void shouldTellWhyACheckWasNotFinished() throws Exception {
        platform.refusal = "the object store is away";
        Answer answer = ask("POST", "/fsck?repair=false&data=true", "Bearer " + token.text());
        assertEquals(503, answer.code);
        assertEquals(
                "the check was not finished: the object store is away",
                answer.json.get("error").asString());
        assertEquals("check false true", platform.asked);
    }

    @Test
    void shouldMakeAnotherTokenForAnEmptyFileOnly() throws Exception {
        Path file = directory.resolve("token");
        Files.write(file, new byte[0]);
        assertNotEquals(token.text(), AccessToken.readOrCreate(file).text());
        Files.writeString(file, "short");
        assertThrows(IOException.class, () -> AccessToken.readOrCreate(file));
    }

    @Test
    void shouldSurviveAFailingPlatform() throws Exception {
        platform.refusal = "throw";
        assertEquals(500, ask("POST", "/down", "Bearer " + token.text()).code);
        assertEquals(200, ask("GET", "/status", "Bearer " + token.text()).code);
    }

    @Test
    void shouldTellThatThePortIsTaken() {
        assertThrows(BindException.class, () -> HttpApi.bind(api.port(), token));
    }

    @Test
    void shouldKeepTheTokenSecretAndForGood() throws Exception {
        Path file = directory.resolve("token");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(token.text(), AccessToken.readOrCreate(file).text());
        assertNotEquals(
                token.text(),
                AccessToken.readOrCreate(directory.resolve("other")).text());
    }

    private record Answer(int code, JsonNode json) {}

    private Answer ask(String method, String resource, String authorization) throws Exception {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + api.port() + resource).toURL().openConnection();
        connection.setRequestMethod(method);
        if (authorization != null) {
            connection.setRequestProperty("Authorization", authorization);
        }
        int code = connection.getResponseCode();
        try (InputStream in = code < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            assertEquals("application/json", connection.getContentType());
            return new Answer(code, mapper.readTree(new String(in.readAllBytes(), UTF_8)));
        }
    }

    private static final class Recorded implements Administration {
        final CountDownLatch left = new CountDownLatch(1);
        volatile String asked = "";
        volatile String refusal;

        @Override
        public PlatformStatus status() {
            return new PlatformStatus(
                    "/h",
                    "/dcp",
                    new PlatformStatus.Agent(7, "2026-01-01T00:00:00Z", true),
                    new PlatformStatus.Supervisor(5L),
                    new PlatformStatus.ObjectStore("http://127.0.0.1:1", "dcp", true, true, null),
                    new PlatformStatus.ZooKeeper(2, "serving"),
                    "local",
                    List.of(new InstanceRecord("local", "host", 7, 3, "2026-01-01T00:00:00Z")),
                    12,
                    1,
                    true,
                    "no room");
        }

        @Override
        public CheckReport check(CheckOptions options) throws IOException {
            asked = "check " + options.repair() + " " + options.data();
            if (refusal != null) {
                throw new IOException(refusal);
            }
            return new CheckReport(1, 0, List.of(new Problem(Problem.Kind.ORPHAN, "ino=5", false)));
        }

        @Override
        public DownReport down(boolean dropCache) throws DownRefusedException {
            asked = "down " + dropCache;
            if ("throw".equals(refusal)) {
                throw new IllegalStateException("on purpose");
            }
            if (refusal != null) {
                throw new DownRefusedException(refusal);
            }
            return new DownReport(dropCache, 12, null);
        }

        @Override
        public void leave() {
            left.countDown();
        }
    }
}
