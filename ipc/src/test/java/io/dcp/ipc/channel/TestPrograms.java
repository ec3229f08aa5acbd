package io.dcp.ipc.channel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compiles and runs the C programs of the tests. Tests run with the module as their working directory. */
public final class TestPrograms {
    private TestPrograms() {}

    /** Compiles {@code src/test/c/NAME.c} against the generated codecs; warnings are errors. */
    public static Path compile(String name, Path into) throws IOException, InterruptedException {
        Path program = into.resolve(name);
        run(
                new byte[0],
                List.of(
                        "gcc",
                        "-std=c11",
                        "-O2",
                        "-Wall",
                        "-Wextra",
                        "-Wshadow",
                        "-Wstrict-prototypes",
                        "-Wmissing-prototypes",
                        "-Werror",
                        "-isystem",
                        module().resolve("target/generated-sources/wire-c").toString(),
                        module().resolve("src/test/c/" + name + ".c").toString(),
                        "-o",
                        program.toString()));
        return program;
    }

    private static Path module() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("src/test/c")) ? here : here.resolve("ipc");
    }

    /** Runs a program to its end and returns its output; fails if its status is not 0. */
    public static String run(byte[] input, List<String> command) throws IOException, InterruptedException {
        return new String(runForBytes(input, command), StandardCharsets.ISO_8859_1);
    }

    public static byte[] runForBytes(byte[] input, List<String> command) throws IOException, InterruptedException {
        Path in = Files.createTempFile("program", ".in");
        try {
            Files.write(in, input);
            Process process = new ProcessBuilder(new ArrayList<>(command))
                    .redirectInput(in.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] output = process.getInputStream().readAllBytes();
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException("status " + status + " of " + String.join(" ", command));
            }
            return output;
        } finally {
            Files.delete(in);
        }
    }
}
