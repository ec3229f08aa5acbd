package io.dcp.storage.mirror;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a mirror of its own and one program. The records must agree with each other at its end. */
abstract class MirrorTestBase {
    @TempDir
    Path directory;

    MirrorFixture mirror;
    Program program;

    @BeforeEach
    void openMirror() throws Exception {
        mirror = new MirrorFixture(directory);
        program = mirror.program();
    }

    @AfterEach
    void closeMirror() throws Exception {
        try (MirrorFixture closing = mirror) {
            closing.check();
        }
    }
}
