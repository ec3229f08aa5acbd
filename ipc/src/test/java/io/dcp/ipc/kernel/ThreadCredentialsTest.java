package io.dcp.ipc.kernel;

import static io.dcp.ipc.kernel.Errno.EACCES;
import static io.dcp.ipc.kernel.Errno.EPERM;
import static io.dcp.ipc.kernel.OpenFlags.*;
import static io.dcp.ipc.kernel.Stat.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's decisions while a thread acts for another user; each test in a thread of its own. */
class ThreadCredentialsTest {
    private static final Kernel KERNEL = Kernel.system();
    private static final int USER = 12345;
    private static final int GROUP = 23456;
    private static final int TEAM = 34567;
    private static final int[] TEAMS = {TEAM};
    private static final int[] NO_GROUPS = {};

    @TempDir
    Path directory;

    private final ThreadCredentials credentials = new ThreadCredentials(KERNEL);

    @BeforeEach
    void openToAll() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static void requireRoot() {
        assumeTrue(KERNEL.geteuid() == 0, "only root can act for other users");
    }

    private byte[] path(String name) {
        return directory.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
    }

    private int create(String name, int mode) {
        int fd = KERNEL.openat(AT_FDCWD, path(name), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
        if (fd >= 0) {
            KERNEL.close(fd);
        }
        return Math.min(fd, 0);
    }

    private int open(String name, int flags) {
        int fd = KERNEL.openat(AT_FDCWD, path(name), flags | O_CLOEXEC, 0);
        if (fd >= 0) {
            KERNEL.close(fd);
        }
        return Math.min(fd, 0);
    }

    private Statx stat(String name) {
        Statx stat = new Statx();
        assertEquals(0, KERNEL.statx(AT_FDCWD, path(name), 0, STATX_BASIC_STATS, stat));
        return stat;
    }

    private static <T> T inOwnThread(Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        Thread thread = new Thread(task);
        thread.start();
        return task.get();
    }

    @Test
    void shouldCreateAsTheUser() throws Exception {
        requireRoot();
        inOwnThread(() -> {
            assertEquals(0, credentials.assume(USER, GROUP, NO_GROUPS));
            assertEquals(0, create("theirs", 0600));
            assertEquals(0, credentials.assumeAgent());
            assertEquals(0, create("ours", 0600));
            assertEquals(USER, stat("theirs").uid());
            assertEquals(GROUP, stat("theirs").gid());
            assertEquals(0, stat("ours").uid());
            assertEquals(0, stat("ours").gid());
            return null;
        });
    }

    @Test
    void shouldLetTheKernelDecideAsForTheUser() throws Exception {
        requireRoot();
        assertEquals(0, create("private", 0600));
        assertEquals(0, create("team", 0640));
        assertEquals(0, KERNEL.fchownat(AT_FDCWD, path("team"), 0, TEAM, 0));
        inOwnThread(() -> {
            assertEquals(0, credentials.assume(USER, GROUP, TEAMS));
            assertEquals(-EACCES, open("private", O_RDONLY));
            assertEquals(0, open("team", O_RDONLY));
            assertEquals(-EACCES, open("team", O_WRONLY));
            assertEquals(-EPERM, KERNEL.fchmodat(AT_FDCWD, path("private"), 0666));
            assertEquals(-EPERM, KERNEL.fchownat(AT_FDCWD, path("team"), USER, -1, 0));
            assertEquals(-EPERM, KERNEL.mknodat(AT_FDCWD, path("null"), S_IFCHR | 0666, makeDevice(1, 3)));

            assertEquals(0, credentials.assume(USER, GROUP, NO_GROUPS));
            assertEquals(-EACCES, open("team", O_RDONLY));
            assertEquals(0, credentials.assume(USER + 1, TEAM, NO_GROUPS));
            assertEquals(0, open("team", O_RDONLY));
            assertEquals(0, credentials.assume(0, 0, NO_GROUPS));
            assertEquals(0, open("private", O_RDONLY));
            return null;
        });
    }

    @Test
    void shouldNotLendTheAgentsCapabilities() throws Exception {
        requireRoot();
        byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] trusted = "trusted.x".getBytes(StandardCharsets.US_ASCII);
        byte[] security = "security.capability".getBytes(StandardCharsets.US_ASCII);
        inOwnThread(() -> {
            assertEquals(0, credentials.assume(USER, GROUP, NO_GROUPS));
            assertEquals(0, create("tool", 0755));
            assertEquals(-EPERM, KERNEL.setxattr(path("tool"), security, capability, 0));
            assertEquals(-EPERM, KERNEL.setxattr(path("tool"), trusted, new byte[1], 0));
            assertEquals(0, credentials.assume(0, 0, NO_GROUPS));
            assertEquals(0, KERNEL.setxattr(path("tool"), trusted, new byte[1], 0));
            assertEquals(0, credentials.assume(USER, GROUP, NO_GROUPS));
            assertEquals(-EPERM, KERNEL.setxattr(path("tool"), trusted, new byte[1], 0));
            assertEquals(0, credentials.assumeAgent());
            assertEquals(0, KERNEL.setxattr(path("tool"), trusted, new byte[1], 0));
            return null;
        });
    }

    @Test
    void shouldLeaveOtherThreadsAlone() throws Exception {
        requireRoot();
        assertEquals(0, create("private", 0600));
        inOwnThread(() -> {
            assertEquals(0, credentials.assume(USER, GROUP, TEAMS));
            assertEquals(-EACCES, open("private", O_RDONLY));
            assertEquals(-EACCES, open("private", O_RDONLY));
            return null;
        });
        assertEquals(0, open("private", O_RDONLY));
        assertTrue(Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Groups:"))
                .noneMatch(line -> line.contains(String.valueOf(TEAM))));
    }

    @Test
    void shouldStartThreadsAsTheAgentWhoeverStartsThem() throws Exception {
        requireRoot();
        assertEquals(0, create("private", 0600));
        String cpusBefore = cpus();
        AgentThreads threads = new AgentThreads(KERNEL, credentials, "worker");
        inOwnThread(() -> {
            assertEquals(0, KERNEL.pinToCpu(0));
            assertEquals(0, KERNEL.unshareFs());
            assertEquals(0, credentials.assume(USER, GROUP, TEAMS));
            FutureTask<String> task = new FutureTask<>(() -> {
                assertEquals(0, open("private", O_RDONLY));
                assertEquals(cpusBefore, cpus());
                KERNEL.umask(0);
                return Thread.currentThread().getName();
            });
            KERNEL.umask(027);
            threads.newThread(task).start();
            assertEquals("worker-1", task.get());
            assertEquals(027, KERNEL.umask(022));

            FutureTask<Integer> inherited = new FutureTask<>(() -> {
                assertEquals(-EACCES, open("private", O_RDONLY));
                assertEquals(0, credentials.assumeAgent());
                return open("private", O_RDONLY);
            });
            new Thread(inherited).start();
            assertEquals(0, inherited.get());
            return null;
        });
    }

    private static String cpus() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/task/" + KERNEL.gettid() + "/status")).stream()
                .filter(each -> each.startsWith("Cpus_allowed:"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRefuseIdsThatCannotBe() throws Exception {
        requireRoot();
        inOwnThread(() -> {
            assertEquals(-EPERM, credentials.assume(-1, GROUP, NO_GROUPS));
            assertEquals(0, credentials.assumeAgent());
            assertEquals(0, create("x", 0600));
            assertEquals(0, stat("x").gid());
            return null;
        });
    }

    @Test
    void shouldServeOnlyItsOwnUserWithoutRoot() throws Exception {
        Kernel unprivileged = (Kernel) java.lang.reflect.Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("geteuid") || method.getName().equals("getegid")) {
                        return USER;
                    }
                    throw new AssertionError(method.getName() + " needs root");
                });
        ThreadCredentials own = new ThreadCredentials(unprivileged);
        assertEquals(0, own.assume(USER, USER, TEAMS));
        assertEquals(-EPERM, own.assume(0, 0, NO_GROUPS));
        assertEquals(0, own.assumeAgent());
    }
}
