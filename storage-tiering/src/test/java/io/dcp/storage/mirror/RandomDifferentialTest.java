package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations are made on the mirror and natively, and must come out the same, while the agent is killed, restarted
 * and restarted with an empty mirror. To run one again: {@code -Ddcp.test.seed=N}.
 */
class RandomDifferentialTest {
    private static final int BATCHES = 60;
    private static final int OPERATIONS = 40;
    private static final String[] NAMES = {"a", "b", "c", "\u00ff"};

    @TempDir
    Path directory;

    private final long seed = Long.getLong("dcp.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> history = new ArrayList<>();

    /** An operation, in words for the history. */
    private record Operation(String words, ToIntFunction<FileOperations> on) {}

    @Test
    void shouldDoWhatTheKernelDoes() throws Exception {
        Path tree = Files.createDirectory(directory.resolve("home"));
        NativeFiles expected = new NativeFiles(Files.createDirectory(directory.resolve("native")));
        try (MirrorFixture mirror = new MirrorFixture(tree)) {
            mirror.start();
            Program program = mirror.program();
            for (int batch = 0; batch < BATCHES; batch++) {
                for (int i = 0; i < OPERATIONS; i++) {
                    operate(next(), expected, program);
                }
                disturb(mirror, expected, program);
                assertEquals(lines(expected), lines(program), this::told);
                mirror.check();
            }
        } catch (Exception e) {
            throw new AssertionError(told(), e);
        }
    }

    private void operate(Operation operation, NativeFiles expected, Program program) {
        int should = operation.on.applyAsInt(expected);
        history.add(operation.words + (should == 0 ? "" : " " + Errno.name(should)));
        int did = operation.on.applyAsInt(program);
        assertEquals(Errno.name(should), Errno.name(did), this::told);
        if (did == 0 && program.isRemembered() && random.nextInt(20) == 0) {
            history.add("(asked again)");
            assertEquals(0, program.again().errno(), this::told);
        }
    }

    private void disturb(MirrorFixture mirror, NativeFiles expected, Program program) throws Exception {
        int what = random.nextInt(6);
        if (what < 3) {
            return;
        }
        var before = program.attributes();
        history.add(what == 3 ? "-- kill" : what == 4 ? "-- restart" : "-- cold");
        if (what == 3) {
            mirror.kill();
        } else if (what == 4) {
            mirror.restart();
        } else {
            mirror.drain();
            mirror.mirror().dropCache();
            mirror.restart();
        }
        mirror.start();
        if (random.nextBoolean()) {
            assertEquals(text(before), text(program.attributes()), this::told);
        } else {
            // What is cold meets operations before anybody has looked at it.
            for (int i = 0; i < OPERATIONS; i++) {
                operate(next(), expected, program);
            }
        }
    }

    private static String lines(FileOperations files) {
        return text(files.everything());
    }

    private static String text(java.util.Map<String, String> all) {
        return String.join(
                "\n",
                all.entrySet().stream()
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .toList());
    }

    private String told() {
        int from = Math.max(0, history.size() - 100);
        return "seed " + seed + ", the last operations:\n" + String.join("\n", history.subList(from, history.size()));
    }

    private String path() {
        StringBuilder path = new StringBuilder(NAMES[random.nextInt(NAMES.length)]);
        for (int depth = random.nextInt(5) / 2; depth > 0; depth--) {
            path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        return path.toString();
    }

    private Operation next() {
        String one = path();
        String other = path();
        int number = random.nextInt(5);
        return switch (random.nextInt(16)) {
            case 0, 1 -> new Operation("mkdir " + one, files -> files.mkdir(one));
            case 2 -> new Operation("rmdir " + one, files -> files.rmdir(one));
            case 3 -> new Operation("unlink " + one, files -> files.unlink(one));
            case 4, 5 -> rename(one, other);
            case 6 -> new Operation("link " + one + " " + other, files -> files.link(one, other));
            case 7 -> new Operation("symlink " + one, files -> files.symlink(NAMES[number % 4], one));
            case 8 -> new Operation("chmod " + one, files -> files.chmod(one, 0700 | number));
            case 9 -> new Operation("truncate " + one, files -> files.truncate(one, 3000L * number));
            case 10 -> new Operation("mtime " + one, files -> files.setMtime(one, 1000 + number, 5));
            case 11 ->
                number == 0
                        ? new Operation("removexattr " + one, files -> files.removexattr(one, "user.test"))
                        : new Operation("setxattr " + one, files -> files.setxattr(one, "user.test", "v" + number));
            case 12 -> new Operation("fifo " + one, files -> files.mknod(one, Stat.S_IFIFO | 0600));
            default -> write(one);
        };
    }

    private Operation rename(String one, String other) {
        int[] flags = {0, 0, Stat.RENAME_NOREPLACE, Stat.RENAME_EXCHANGE};
        int flag = flags[random.nextInt(flags.length)];
        return new Operation("rename " + flag + " " + one + " " + other, files -> files.rename(one, other, flag));
    }

    private Operation write(String path) {
        int[] kinds = {
            OpenFlags.O_CREAT,
            OpenFlags.O_CREAT | OpenFlags.O_TRUNC,
            OpenFlags.O_CREAT | OpenFlags.O_EXCL,
            OpenFlags.O_TRUNC,
            0,
            OpenFlags.O_NOFOLLOW
        };
        // A FIFO must not block us.
        int flags = OpenFlags.O_RDWR | kinds[random.nextInt(kinds.length)];
        byte[] contents = new byte[random.nextInt(2 * MirrorFixture.CHUNK_BYTES)];
        random.nextBytes(contents);
        long at = random.nextInt(3) * 3000L;
        return new Operation(
                "write " + Integer.toOctalString(flags) + " " + path + " " + contents.length + " at " + at,
                files -> files.write(path, flags, at, contents));
    }
}
