package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many programs at the same time: no deadlock, no answer that a sequence of the calls could not have had. */
class ConcurrencyTest extends MirrorTestBase {
    private static final int PROGRAMS = 4;
    private static final Set<Integer> POSSIBLE = Set.of(
            0,
            Errno.ENOENT,
            Errno.EEXIST,
            Errno.ENOTEMPTY,
            Errno.ENOTDIR,
            Errno.EISDIR,
            Errno.EINVAL,
            Errno.EBUSY,
            Errno.EXDEV,
            Errno.ELOOP,
            Errno.EPERM);

    private final long seed = Long.getLong("dcp.test.seed", System.nanoTime());

    /** What one of the programs does, given its number. */
    private interface Work {
        void run(Program program, int number) throws Exception;
    }

    private void together(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(PROGRAMS);
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < PROGRAMS; i++) {
                int number = i;
                Program each = mirror.program();
                all.add(() -> {
                    work.run(each, number);
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(all, 120, TimeUnit.SECONDS)) {
                assertTrue(!done.isCancelled(), "the programs wait for each other");
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldNotDeadlockNorContradictItself() throws Exception {
        mirror.start();
        for (String name : List.of("a", "b", "a/b", "a/a", "b/a")) {
            program.mkdir(name);
        }
        for (int round = 0; round < 3; round++) {
            long roundSeed = seed + round;
            together((each, number) -> {
                Random random = new Random(roundSeed * PROGRAMS + number);
                for (int i = 0; i < 300; i++) {
                    int errno = operate(each, random);
                    assertTrue(POSSIBLE.contains(errno), () -> Errno.name(errno) + ", seed " + seed);
                }
            });
            mirror.check();
            Map<String, String> before = program.attributes();
            // This brings everything to the mirror, which then shows the same.
            Map<String, String> told = program.everything();
            assertEquals(new NativeFiles(mirror.root).everything(), told, () -> "seed " + seed);
            mirror.drain();
            mirror.mirror().dropCache();
            mirror.restart();
            mirror.start();
            if (round == 1) {
                assertEquals(before, program.attributes(), () -> "seed " + seed);
            }
        }
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
            path.append(path.length() == 0 ? "" : "/").append(random.nextBoolean() ? "a" : "b");
        }
        return path.toString();
    }

    private int operate(Program each, Random random) {
        String one = path(random);
        String other = path(random);
        return switch (random.nextInt(9)) {
            case 0 -> each.mkdir(one);
            case 1 -> each.rmdir(one);
            case 2 -> each.unlink(one);
            case 3 -> each.rename(one, other);
            case 4 -> each.rename(one, other, Stat.RENAME_EXCHANGE);
            case 5 -> each.link(one, other);
            case 6 -> {
                // As a program without the shim would.
                Kernel.system().mkdirat(Stat.AT_FDCWD, each.absolute("a"), 0755);
                yield each.statReply(one).errno();
            }
            default -> each.write(one, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0, Paths.bytes(one));
        };
    }

    @Test
    void shouldMakeOneFileOfTwoNamesThatAreWantedAtTheSameTime() throws Exception {
        int files = 30;
        for (int i = 0; i < PROGRAMS; i++) {
            program.mkdir("d" + i);
        }
        for (int i = 0; i < files; i++) {
            program.write("d0/" + i, "contents");
            for (int j = 1; j < PROGRAMS; j++) {
                program.link("d0/" + i, "d" + j + "/" + i);
            }
        }
        mirror.restartCold();
        together((each, number) -> {
            for (int i = 0; i < files; i++) {
                assertEquals(PROGRAMS, each.stat("d" + number + "/" + i).nlink());
            }
        });
        Map<String, String> seen = new NativeFiles(mirror.root).everything();
        assertTrue(seen.get("d1/3").contains("nlink=" + PROGRAMS), () -> seen.get("d1/3"));
        assertEquals(program.everything().keySet(), seen.keySet());
    }

    @Test
    void shouldMaterializeWhatIsBelowADirectoryThatIsRenamed() throws Exception {
        program.mkdir("d0");
        for (int i = 0; i < 100; i++) {
            program.write("d0/f" + i, "contents");
        }
        mirror.restartCold();
        ConcurrentLinkedQueue<Integer> errors = new ConcurrentLinkedQueue<>();
        together((each, number) -> {
            if (number == 0) {
                for (int i = 0; i < 100; i++) {
                    assertEquals(0, each.rename("d" + i, "d" + (i + 1)));
                }
                return;
            }
            int directory = each.open("d0", OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            for (int i = 0; i < 100 && directory >= 0; i++) {
                int fd = each.openAt(directory, "f" + i, OpenFlags.O_RDONLY);
                if (fd < 0) {
                    errors.add(fd);
                }
                each.close(fd);
            }
            each.close(directory);
        });
        assertEquals(List.of(), List.copyOf(errors));
        assertEquals("contents", program.text("d100/f99"));
    }
}
