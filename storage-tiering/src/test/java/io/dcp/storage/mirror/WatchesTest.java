package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.SilentOpener;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What programs that watch files and directories are told: what programs do, not what the agent does. */
class WatchesTest extends MirrorTestBase {

    private static void assumeSilence() {
        try (SilentOpener opener = new SilentOpener(Kernel.system(), OpenFlags.O_RDONLY)) {
            assumeTrue(opener.isSilent(), "needs root and permission events");
        }
    }

    @Test
    void shouldNotShowThatAFileIsSent() throws Exception {
        assumeSilence();
        mirror.start();
        program.mkdir("d");
        try (Watch watch = new Watch()) {
            watch.add(program.absolute("d"), Watch.IN_ALL_EVENTS);
            program.write("d/f", "contents");
            watch.add(program.absolute("d/f"), Watch.IN_ALL_EVENTS);
            List<String> own = watch.told();
            assertTrue(own.contains("8 f"), own::toString);
            mirror.drain();
            assertEquals(List.of(), watch.told());
        }
    }

    @Test
    void shouldShowOfFetchingOnlyThatTimesWereSet() throws Exception {
        assumeSilence();
        program.mkdir("d");
        program.write("d/f", "contents");
        mirror.restartCold();
        assertEquals(0, program.prepare("d", PrepareCalls.WATCH));
        try (Watch watch = new Watch()) {
            watch.add(program.absolute("d"), Watch.IN_ALL_EVENTS);
            int fd = program.open("d/f", OpenFlags.O_RDONLY);
            assertEquals(List.of("4 f", "20 f"), watch.told());
            program.close(fd);
        }
        assertEquals("contents", program.text("d/f"));
    }

    @Test
    void shouldHaveEverythingInAWatchedDirectoryBeforeItIsWatched() throws Exception {
        program.mkdir("d");
        program.mkdir("d/sub");
        program.mkdir("d/sub/deep");
        program.write("d/sub/deep/f", "1");
        program.write("d/a", "22");
        program.link("d/a", "other");
        program.symlink("a", "d/link");
        mirror.restartCold();
        assertEquals(0, program.prepare("d", PrepareCalls.WATCH));
        try (Watch watch = new Watch()) {
            watch.add(program.absolute("d"), Watch.IN_ALL_EVENTS);
            program.attributes();
            program.stat("other");
            program.stat("d/sub/deep/f");
            List<String> told = watch.told();
            assertTrue(
                    told.stream().allMatch(event -> event.endsWith(" ") || event.startsWith("4000")), told::toString);
            assertTrue(
                    told.stream().noneMatch(event -> (Integer.parseInt(event.split(" ", -1)[0], 16) & 0xfc6) != 0),
                    told::toString);
        }
    }

    @Test
    void shouldHaveAllNamesAndContentsOfAWatchedFile() throws Exception {
        program.mkdir("d");
        program.write("d/a", "22");
        program.link("d/a", "other");
        mirror.restartCold();
        assertEquals(0, program.prepare("d/a", PrepareCalls.WATCH));
        try (Watch watch = new Watch()) {
            watch.add(program.absolute("d/a"), Watch.IN_ALL_EVENTS);
            program.stat("other");
            program.close(program.open("other", OpenFlags.O_RDONLY));
            assertEquals(List.of("20 ", "10 "), watch.told());
        }
    }

    @Test
    void shouldCountWhatProgramsWatch() throws Exception {
        mirror.start();
        program.mkdir("d");
        program.write("d/f", "x");
        assertEquals(0, mirror.mirror().watched());
        try (Watch watch = new Watch()) {
            watch.add(program.absolute("d"), Watch.IN_CREATE);
            watch.add(program.absolute("d/f"), Watch.IN_ATTRIB);
            watch.add(Paths.bytes("/"), Watch.IN_CREATE);
            assertEquals(2, mirror.mirror().watched());
        }
        assertEquals(0, mirror.mirror().watched());
    }

    @Test
    void shouldNotCountWhatTheAgentOpensUnseen() throws Exception {
        assumeSilence();
        program.write("f", "x");
        AtomicBoolean done = new AtomicBoolean();
        try (SilentOpener opener = new SilentOpener(Kernel.system(), OpenFlags.O_RDONLY)) {
            int fd = program.open("f", OpenFlags.O_RDONLY);
            Thread opening = new Thread(() -> {
                while (!done.get()) {
                    Kernel.system().close(opener.reopen(fd, OpenFlags.O_RDONLY));
                }
            });
            opening.start();
            for (int i = 0; i < 100; i++) {
                assertEquals(0, mirror.mirror().watched());
            }
            done.set(true);
            opening.join();
            program.close(fd);
        }
    }
}
