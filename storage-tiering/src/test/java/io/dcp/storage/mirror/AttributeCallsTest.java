package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.storage.namespace.Moment;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttributeCallsTest extends MirrorTestBase {
    private final Kernel kernel = Kernel.system();

    private static Moment ctime(Attributes attributes) {
        return new Moment(attributes.ctimeSec(), attributes.ctimeNs());
    }

    private static Moment mtime(Attributes attributes) {
        return new Moment(attributes.mtimeSec(), attributes.mtimeNs());
    }

    private String xattr(String path) {
        byte[] value = new byte[64];
        long length = kernel.getxattr(program.absolute(path), Paths.bytes("user.x"), value);
        return length < 0 ? null : Paths.text(value).substring(0, (int) length);
    }

    @Test
    void shouldShowTheMirrorsCtimeOnceAProgramHasWritten() throws Exception {
        program.write("f", "x");
        Attributes made = program.stat("f");
        int fd = program.open("f", OpenFlags.O_RDWR);
        kernel.pwrite(fd, Paths.bytes("more"), 0, 4, 0);
        Attributes written = program.fstat(fd);
        assertTrue(ctime(made).compareTo(ctime(written)) < 0);
        assertEquals(mtime(written), ctime(written));
        program.close(fd);
        assertEquals(written, program.stat("f"));
        assertEquals(made.btimeNs(), written.btimeNs());
    }

    @Test
    void shouldTakeInWhatWasChangedThroughADescriptor() throws Exception {
        program.write("f", "x");
        int fd = program.open("f", OpenFlags.O_RDWR);
        kernel.fchmod(fd, 0640);
        kernel.fsetxattr(fd, Paths.bytes("user.x"), Paths.bytes("z"), 0);
        assertEquals(0, program.changed(fd));
        program.close(fd);
        program.mkdir("d");
        program.write("d/x", "x");
        int directory = program.open("d", OpenFlags.O_RDONLY);
        kernel.fchmod(directory, 0711);
        Files.writeString(mirror.root.resolve("d/native"), "y");
        assertEquals(0, program.changed(directory));
        program.close(directory);
        assertEquals(2, program.list("d").size());
        Map<String, String> before = program.attributes();
        mirror.restartCold();
        assertEquals(before, program.attributes());
        assertEquals("z", xattr("f"));
    }

    @Test
    void shouldSetAndRemoveExtendedAttributes() throws Exception {
        program.write("f", "x");
        assertEquals(0, program.setxattr("f", "user.x", "1"));
        assertEquals(Errno.EOPNOTSUPP, program.setxattr("f", "nonsense.x", "1"));
        assertEquals(Errno.ENODATA, program.removexattr("f", "user.y"));
        mirror.restartCold();
        program.stat("f");
        assertEquals("1", xattr("f"));
        assertEquals(0, program.removexattr("f", "user.x"));
        mirror.restartCold();
        program.stat("f");
        assertEquals(null, xattr("f"));
    }

    @Test
    void shouldKeepExtendedAttributesThatAnUnattachedProgramSet() throws Exception {
        Files.writeString(mirror.root.resolve("native"), "x");
        kernel.setxattr(program.absolute("native"), Paths.bytes("user.x"), Paths.bytes("n"), 0);
        program.write("known", "x");
        kernel.setxattr(program.absolute("known"), Paths.bytes("user.x"), Paths.bytes("k"), 0);
        mirror.restartCold();
        program.stat("native");
        program.stat("known");
        assertEquals("n", xattr("native"));
        assertEquals("k", xattr("known"));
    }
}
