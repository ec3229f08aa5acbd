package io.dcp.ipc.kernel;

import static io.dcp.ipc.kernel.Errno.*;
import static io.dcp.ipc.kernel.OpenFlags.*;
import static io.dcp.ipc.kernel.Stat.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every call, its success and an error of it, on the file system of the temporary directory. */
class KernelTest {
    private static final Kernel KERNEL = Kernel.system();
    private static final byte[] NOTHING = {};
    private static final byte[] FILE = name("file");
    private static final byte[] MISSING = name("missing/x");

    @TempDir
    Path directory;

    private int dir;

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] path(String name) {
        return directory.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void openDirectory() {
        dir = KERNEL.openat(AT_FDCWD, path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        assertTrue(dir >= 0);
    }

    @AfterEach
    void closeDirectory() {
        assertEquals(0, KERNEL.close(dir));
    }

    private int create(byte[] path, String contents) {
        int fd = KERNEL.openat(dir, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        assertTrue(fd >= 0, "openat: " + fd);
        assertEquals(contents.length(), KERNEL.pwrite(fd, name(contents), 0, contents.length(), 0));
        return fd;
    }

    private void createClosed(byte[] path) {
        assertEquals(0, KERNEL.close(create(path, "contents")));
    }

    private Statx stat(byte[] path) {
        Statx stat = new Statx();
        assertEquals(0, KERNEL.statx(dir, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, stat));
        return stat;
    }

    private int statError(byte[] path) {
        return KERNEL.statx(dir, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, new Statx());
    }

    @Test
    void shouldOpenAndClose() {
        int before = KERNEL.umask(022);
        int fd = KERNEL.openat(dir, FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0777);
        assertTrue(fd >= 0);
        assertEquals(FD_CLOEXEC, KERNEL.fcntl(fd, F_GETFD, 0));
        assertEquals(0, KERNEL.close(fd));
        assertEquals(-EBADF, KERNEL.close(fd));
        assertEquals(0755, stat(FILE).mode() & 07777);
        assertEquals(022, KERNEL.umask(before));
        assertEquals(-EEXIST, KERNEL.openat(dir, FILE, O_CREAT | O_EXCL, 0600));
        assertEquals(-ENOENT, KERNEL.openat(dir, MISSING, O_RDONLY, 0));
        assertEquals(-ENOTDIR, KERNEL.openat(dir, name("file/x"), O_RDONLY, 0));
        assertEquals(-EISDIR, KERNEL.openat(dir, name("."), O_WRONLY, 0));
        assertEquals(-EBADF, KERNEL.openat(1_000_000, FILE, O_RDONLY, 0));
    }

    @Test
    void shouldTakeNamesOfAnyBytes() {
        byte[] all = new byte[253];
        for (int i = 0, b = 1; i < all.length; b++) {
            if (b != '/') {
                all[i++] = (byte) b;
            }
        }
        createClosed(all);
        assertTrue(isRegular(stat(all).mode()));
        byte[] entries = new byte[4096];
        int length = KERNEL.getdents64(dir, entries);
        assertEquals(Set.of(".", "..", new String(all, StandardCharsets.ISO_8859_1)), names(entries, length));
        assertEquals(-EINVAL, statError(new byte[] {'a', 0, 'b'}));
        assertEquals(-EINVAL, KERNEL.symlinkat(new byte[] {0}, dir, name("link")));
    }

    @Test
    void shouldLeaveTheLimitOfNamesToTheKernel() {
        byte[] longName = new byte[256];
        Arrays.fill(longName, (byte) 'n');
        assertEquals(-ENAMETOOLONG, KERNEL.mkdirat(dir, longName, 0700));
        byte[] longPath = new byte[100_000];
        Arrays.fill(longPath, (byte) '/');
        assertEquals(-ENAMETOOLONG, statError(longPath));
        assertEquals(-ENOENT, statError(NOTHING));
    }

    private static Set<String> names(byte[] entries, int length) {
        ByteBuffer records = ByteBuffer.wrap(entries, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        Set<String> names = new TreeSet<>();
        for (int at = 0; at < length; at += records.getShort(at + 16)) {
            int end = at + 19;
            while (entries[end] != 0) {
                end++;
            }
            names.add(new String(entries, at + 19, end - at - 19, StandardCharsets.ISO_8859_1));
        }
        return names;
    }

    @Test
    void shouldListADirectory() {
        for (int i = 0; i < 300; i++) {
            createClosed(name("entry-" + i));
        }
        Set<String> seen = new TreeSet<>();
        byte[] entries = new byte[1024];
        int calls = 0;
        int length;
        do {
            length = KERNEL.getdents64(dir, entries);
            assertTrue(length >= 0);
            seen.addAll(names(entries, length));
            calls++;
        } while (length > 0);
        assertEquals(302, seen.size());
        assertTrue(calls > 2);
        assertEquals(0, KERNEL.lseek(dir, 0, SEEK_SET));
        assertTrue(KERNEL.getdents64(dir, entries) > 0);
        assertEquals(-EINVAL, KERNEL.getdents64(dir, new byte[8]));
        assertEquals(-EBADF, KERNEL.getdents64(1_000_000, entries));
    }

    @Test
    void shouldTellAllThatStatxTells() throws IOException {
        int fd = create(FILE, "contents");
        Statx stat = stat(FILE);
        Path file = directory.resolve("file");
        assertEquals(((Number) Files.getAttribute(file, "unix:ino")).longValue(), stat.ino());
        assertEquals(((Number) Files.getAttribute(file, "unix:dev")).longValue(), stat.dev());
        assertEquals(((Number) Files.getAttribute(file, "unix:mode")).intValue(), stat.mode());
        assertEquals(KERNEL.geteuid(), stat.uid());
        assertEquals(KERNEL.getegid(), stat.gid());
        assertEquals(1, stat.nlink());
        assertEquals(8, stat.size());
        assertTrue(stat.blksize() > 0);
        assertEquals(0, stat.rdev());
        assertEquals(STATX_BASIC_STATS, stat.mask() & STATX_BASIC_STATS);
        assertEquals(
                Files.getLastModifiedTime(file).toInstant(), Instant.ofEpochSecond(stat.mtimeSec(), stat.mtimeNs()));
        assertTrue(stat.ctimeSec() >= stat.mtimeSec() - 1);
        assertTrue(stat.atimeSec() > 0);

        Statx byDescriptor = new Statx();
        assertEquals(0, KERNEL.statx(fd, NOTHING, AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, byDescriptor));
        assertEquals(stat.ino(), byDescriptor.ino());
        assertTrue((byDescriptor.mask() & STATX_MNT_ID) == 0 || byDescriptor.mntId() > 0);
        assertEquals(0, KERNEL.close(fd));

        Statx device = new Statx();
        assertEquals(0, KERNEL.statx(AT_FDCWD, name("/dev/null"), 0, STATX_BASIC_STATS, device));
        assertEquals(makeDevice(1, 3), device.rdev());
        assertEquals(-ENOENT, statError(MISSING));
        assertEquals(-EINVAL, KERNEL.statx(dir, FILE, -1, STATX_BASIC_STATS, device));
    }

    @Test
    void shouldJoinDeviceNumbersAsGlibcDoes() {
        assertEquals(0x103, makeDevice(1, 3));
        assertEquals(0xab12f456cde78L, makeDevice(0xabcde, 0x12f45678));
    }

    @Test
    void shouldMakeAndRemoveDirectories() {
        assertEquals(0, KERNEL.mkdirat(dir, name("d"), 0700));
        assertTrue(isDirectory(stat(name("d")).mode()));
        assertEquals(-EEXIST, KERNEL.mkdirat(dir, name("d"), 0700));
        assertEquals(-ENOENT, KERNEL.mkdirat(dir, MISSING, 0700));
        createClosed(name("d/x"));
        assertEquals(-ENOTEMPTY, KERNEL.unlinkat(dir, name("d"), AT_REMOVEDIR));
        assertEquals(-EISDIR, KERNEL.unlinkat(dir, name("d"), 0));
        assertEquals(-ENOTDIR, KERNEL.unlinkat(dir, name("d/x"), AT_REMOVEDIR));
        assertEquals(0, KERNEL.unlinkat(dir, name("d/x"), 0));
        assertEquals(0, KERNEL.unlinkat(dir, name("d"), AT_REMOVEDIR));
        assertEquals(-ENOENT, KERNEL.unlinkat(dir, name("d"), AT_REMOVEDIR));
    }

    @Test
    void shouldMakeNodes() {
        assertEquals(0, KERNEL.mknodat(dir, name("fifo"), S_IFIFO | 0600, 0));
        assertEquals(S_IFIFO, stat(name("fifo")).mode() & S_IFMT);
        assertEquals(0, KERNEL.mknodat(dir, name("socket"), S_IFSOCK | 0600, 0));
        assertEquals(0, KERNEL.mknodat(dir, FILE, S_IFREG | 0600, 0));
        assertTrue(isRegular(stat(FILE).mode()));
        assertEquals(-EEXIST, KERNEL.mknodat(dir, FILE, S_IFREG | 0600, 0));
        int device = KERNEL.mknodat(dir, name("null"), S_IFCHR | 0600, makeDevice(1, 3));
        assertTrue(device == 0 || device == -EPERM);
        if (device == 0) {
            assertEquals(makeDevice(1, 3), stat(name("null")).rdev());
        }
    }

    @Test
    void shouldLinkAndRename() {
        createClosed(FILE);
        assertEquals(0, KERNEL.linkat(dir, FILE, dir, name("second"), 0));
        assertEquals(2, stat(FILE).nlink());
        assertEquals(-EEXIST, KERNEL.linkat(dir, FILE, dir, name("second"), 0));
        assertEquals(0, KERNEL.renameat2(dir, name("second"), dir, name("third"), 0));
        assertEquals(-ENOENT, statError(name("second")));
        createClosed(name("other"));
        assertEquals(-EEXIST, KERNEL.renameat2(dir, name("other"), dir, FILE, RENAME_NOREPLACE));
        long other = stat(name("other")).ino();
        assertEquals(0, KERNEL.renameat2(dir, name("other"), dir, FILE, RENAME_EXCHANGE));
        assertEquals(other, stat(FILE).ino());
        assertEquals(-ENOENT, KERNEL.renameat2(dir, MISSING, dir, FILE, 0));
        assertEquals(-EINVAL, KERNEL.renameat2(dir, FILE, dir, name("x"), 64));
    }

    @Test
    void shouldMakeAndReadSymlinks() {
        byte[] target = {'t', (byte) 0xfe, '/', 'u'};
        assertEquals(0, KERNEL.symlinkat(target, dir, name("link")));
        assertTrue(isSymlink(stat(name("link")).mode()));
        byte[] into = new byte[100];
        assertEquals(4, KERNEL.readlinkat(dir, name("link"), into));
        assertArrayEquals(target, Arrays.copyOf(into, 4));
        assertEquals(2, KERNEL.readlinkat(dir, name("link"), new byte[2]));
        assertEquals(-EEXIST, KERNEL.symlinkat(target, dir, name("link")));
        assertEquals(-ENOENT, KERNEL.symlinkat(NOTHING, dir, name("l2")));
        createClosed(FILE);
        assertEquals(-EINVAL, KERNEL.readlinkat(dir, FILE, into));
    }

    @Test
    void shouldChangeModes() {
        int fd = create(FILE, "");
        assertEquals(0, KERNEL.fchmodat(dir, FILE, 04751));
        assertEquals(04751, stat(FILE).mode() & 07777);
        assertEquals(0, KERNEL.fchmod(fd, 0600));
        assertEquals(0600, stat(FILE).mode() & 07777);
        assertEquals(-ENOENT, KERNEL.fchmodat(dir, MISSING, 0600));
        assertEquals(-EBADF, KERNEL.fchmod(1_000_000, 0600));
        assertEquals(0, KERNEL.close(fd));
    }

    private interface Chmod {
        int of(int dir, byte[] path, int mode, int flags);
    }

    @Test
    void shouldChangeModesWithFlagsOnEveryKernel() {
        for (Chmod chmod : new Chmod[] {KERNEL::fchmodat2, LinuxKernel.INSTANCE::fchmodByDescriptor}) {
            int fd = create(FILE, "");
            assertEquals(0, KERNEL.symlinkat(FILE, dir, name("link")));
            assertEquals(0, chmod.of(dir, FILE, 0641, AT_SYMLINK_NOFOLLOW));
            assertEquals(0641, stat(FILE).mode() & 07777);
            assertEquals(-EOPNOTSUPP, chmod.of(dir, name("link"), 0600, AT_SYMLINK_NOFOLLOW));
            assertEquals(0, chmod.of(dir, name("link"), 0642, 0));
            assertEquals(0642, stat(FILE).mode() & 07777);
            assertEquals(0, chmod.of(fd, NOTHING, 0643, AT_EMPTY_PATH));
            assertEquals(0643, stat(FILE).mode() & 07777);
            int pathOnly = KERNEL.openat(dir, FILE, O_PATH | O_CLOEXEC, 0);
            assertEquals(0, chmod.of(pathOnly, NOTHING, 0644, AT_EMPTY_PATH));
            assertEquals(0644, stat(FILE).mode() & 07777);
            assertEquals(-ENOENT, chmod.of(dir, MISSING, 0600, AT_SYMLINK_NOFOLLOW));
            assertEquals(-ENOENT, chmod.of(dir, NOTHING, 0600, AT_SYMLINK_NOFOLLOW));
            assertEquals(-EINVAL, chmod.of(dir, FILE, 0600, 1));
            assertEquals(-EBADF, chmod.of(1_000_000, NOTHING, 0600, AT_EMPTY_PATH));
            assertEquals(0, KERNEL.close(pathOnly));
            assertEquals(0, KERNEL.close(fd));
            assertEquals(0, KERNEL.unlinkat(dir, FILE, 0));
            assertEquals(0, KERNEL.unlinkat(dir, name("link"), 0));
        }
    }

    @Test
    void shouldChangeOwners() {
        createClosed(FILE);
        assertEquals(0, KERNEL.fchownat(dir, FILE, -1, -1, 0));
        assertEquals(KERNEL.geteuid(), stat(FILE).uid());
        assertEquals(-ENOENT, KERNEL.fchownat(dir, MISSING, 1, 1, 0));
        assumeTrue(KERNEL.geteuid() == 0, "only root may give files away");
        assertEquals(0, KERNEL.fchownat(dir, FILE, 1234, 4321, 0));
        assertEquals(1234, stat(FILE).uid());
        assertEquals(4321, stat(FILE).gid());
    }

    @Test
    void shouldSetTimes() {
        int fd = create(FILE, "");
        assertEquals(0, KERNEL.utimensat(dir, FILE, -5, 6, 7L << 30, 8, 0));
        Statx stat = stat(FILE);
        assertEquals(-5, stat.atimeSec());
        assertEquals(6, stat.atimeNs());
        assertEquals(7L << 30, stat.mtimeSec());
        assertEquals(8, stat.mtimeNs());
        assertEquals(0, KERNEL.utimensat(fd, null, 0, UTIME_OMIT, 11, 12, 0));
        stat = stat(FILE);
        assertEquals(-5, stat.atimeSec());
        assertEquals(11, stat.mtimeSec());
        assertEquals(0, KERNEL.symlinkat(FILE, dir, name("link")));
        assertEquals(0, KERNEL.utimensat(dir, name("link"), 1, 0, 2, 0, AT_SYMLINK_NOFOLLOW));
        assertEquals(2, stat(name("link")).mtimeSec());
        assertEquals(11, stat(FILE).mtimeSec());
        assertEquals(0, KERNEL.utimensat(dir, FILE, 0, UTIME_NOW, 0, UTIME_NOW, 0));
        assertTrue(stat(FILE).mtimeSec() > 1_000_000_000L);
        assertEquals(-EINVAL, KERNEL.utimensat(dir, FILE, 0, 1_000_000_000L, 0, 0, 0));
        assertEquals(-ENOENT, KERNEL.utimensat(dir, MISSING, 0, 0, 0, 0, 0));
        assertEquals(-EBADF, KERNEL.utimensat(1_000_000, null, 0, 0, 0, 0, 0));
        assertEquals(0, KERNEL.close(fd));
    }

    @Test
    void shouldResizeAndAllocate() {
        int fd = create(FILE, "contents");
        assertEquals(0, KERNEL.ftruncate(fd, 3));
        assertEquals(3, stat(FILE).size());
        assertEquals(0, KERNEL.truncate(path("file"), 5));
        assertEquals(5, stat(FILE).size());
        int allocated = KERNEL.fallocate(fd, 0, 0, 10_000);
        assertTrue(allocated == 0 || allocated == -EOPNOTSUPP);
        if (allocated == 0) {
            assertEquals(10_000, stat(FILE).size());
        }
        assertEquals(-EINVAL, KERNEL.ftruncate(fd, -1));
        assertEquals(-ENOENT, KERNEL.truncate(path("missing/x"), 1));
        assertEquals(-EINVAL, KERNEL.fallocate(fd, 0, 0, 0));
        assertEquals(0, KERNEL.close(fd));
    }

    @Test
    void shouldReadAndWriteMoreThanOneBuffer() {
        int fd = create(FILE, "");
        byte[] out = new byte[200_001];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) ((i * 31) >> 3);
        }
        assertEquals(out.length - 1, KERNEL.pwrite(fd, out, 1, out.length - 1, 5));
        byte[] in = new byte[out.length + 10];
        assertEquals(out.length - 1, KERNEL.pread(fd, in, 2, in.length - 2, 5));
        assertArrayEquals(Arrays.copyOfRange(out, 1, out.length), Arrays.copyOfRange(in, 2, out.length + 1));
        assertEquals(0, KERNEL.pread(fd, in, 0, in.length, 1 << 30));
        assertEquals(0, KERNEL.pread(fd, in, 0, 0, 0));
        assertEquals(5, KERNEL.lseek(fd, 5, SEEK_SET));
        assertEquals(-ENXIO, KERNEL.lseek(fd, 1 << 30, SEEK_DATA));
        assertEquals(-EBADF, KERNEL.pread(1_000_000, in, 0, 1, 0));
        assertEquals(-EBADF, KERNEL.pwrite(1_000_000, out, 0, 1, 0));
        assertEquals(0, KERNEL.close(fd));
    }

    @Test
    void shouldSync() {
        int fd = create(FILE, "x");
        assertEquals(0, KERNEL.fsync(fd));
        assertEquals(0, KERNEL.fdatasync(fd));
        assertEquals(-EBADF, KERNEL.fsync(1_000_000));
        assertEquals(-EBADF, KERNEL.fdatasync(1_000_000));
        assertEquals(-EBADF, KERNEL.syncfs(1_000_000));
        assertEquals(0, KERNEL.close(fd));
        assertEquals(0, KERNEL.syncfs(dir));
    }

    @Test
    void shouldKeepExtendedAttributes() {
        int fd = create(FILE, "");
        byte[] file = path("file");
        byte[] attribute = name("user.\u00ffa");
        byte[] value = {0, 1, -1};
        assumeTrue(KERNEL.setxattr(file, attribute, value, 0) != -EOPNOTSUPP, "no attributes on this file system");
        assertEquals(-EEXIST, KERNEL.setxattr(file, attribute, value, XATTR_CREATE));
        assertEquals(-ENODATA, KERNEL.setxattr(file, name("user.b"), value, XATTR_REPLACE));
        assertEquals(0, KERNEL.lsetxattr(file, name("user.b"), NOTHING, 0));
        assertEquals(0, KERNEL.fsetxattr(fd, name("user.c"), value, 0));
        byte[] into = new byte[10];
        assertEquals(3, KERNEL.getxattr(file, attribute, into));
        assertArrayEquals(value, Arrays.copyOf(into, 3));
        assertEquals(3, KERNEL.getxattr(file, attribute, NOTHING));
        assertEquals(-ERANGE, KERNEL.getxattr(file, attribute, new byte[2]));
        assertEquals(0, KERNEL.lgetxattr(file, name("user.b"), into));
        assertEquals(3, KERNEL.fgetxattr(fd, name("user.c"), into));
        assertEquals(-ENODATA, KERNEL.fgetxattr(fd, name("user.none"), into));
        byte[] names = new byte[4096];
        long size = KERNEL.listxattr(file, names);
        String listed = new String(names, 0, (int) size, StandardCharsets.ISO_8859_1);
        assertTrue(listed.contains("user.\u00ffa\0") && listed.contains("user.b\0"), listed);
        assertEquals(size, KERNEL.llistxattr(file, NOTHING));
        assertEquals(size, KERNEL.flistxattr(fd, names));
        assertEquals(0, KERNEL.removexattr(file, attribute));
        assertEquals(0, KERNEL.lremovexattr(file, name("user.b")));
        assertEquals(0, KERNEL.fremovexattr(fd, name("user.c")));
        assertEquals(-ENODATA, KERNEL.fremovexattr(fd, name("user.c")));
        assertEquals(-ENOENT, KERNEL.lgetxattr(path("missing/x"), attribute, into));
        assertEquals(0, KERNEL.close(fd));
    }

    @Test
    void shouldLeaseOnlyWhatNobodyElseHasOpen() {
        int fd = create(FILE, "");
        assertEquals(0, KERNEL.fcntlSetLease(fd, F_WRLCK));
        assertEquals(0, KERNEL.fcntlSetLease(fd, F_UNLCK));
        int other = KERNEL.openat(dir, FILE, O_RDONLY | O_CLOEXEC, 0);
        assertEquals(-EAGAIN, KERNEL.fcntlSetLease(fd, F_WRLCK));
        assertEquals(0, KERNEL.close(other));
        assertEquals(-EBADF, KERNEL.fcntlSetLease(1_000_000, F_WRLCK));
        assertEquals(0, KERNEL.close(fd));
    }

    @Test
    void shouldTellOfFileSystems() {
        StatFs stat = KERNEL.fstatfs(dir);
        assertNotNull(stat);
        assertTrue(stat.blockSizeBytes() > 0 && stat.blocks() >= stat.blocksFree());
        assertNull(KERNEL.fstatfs(1_000_000));
    }

    @Test
    void shouldSetWhatBelongsToOneThread() throws Exception {
        int before = KERNEL.umask(022);
        int own = KERNEL.gettid();
        int[] seen = new int[4];
        Thread other = new Thread(() -> {
            seen[0] = KERNEL.unshareFs();
            seen[1] = KERNEL.umask(077);
            seen[2] = KERNEL.gettid();
            seen[3] = KERNEL.pinToCpu(5000);
        });
        other.start();
        other.join();
        assertEquals(0, seen[0]);
        assertEquals(022, seen[1]);
        assertNotEquals(own, seen[2]);
        assertEquals(-EINVAL, seen[3]);
        assertEquals(022, KERNEL.umask(before));
        assertEquals(-EINVAL, KERNEL.pinToCpus(0, 0));
        assertEquals(-EINVAL, KERNEL.pinToCpus(1023, 1));
    }

    @Test
    void shouldPinAThreadToACpu() throws Exception {
        String[] allowed = new String[1];
        int[] pinned = new int[1];
        Thread thread = new Thread(() -> {
            try {
                int cpu = Integer.parseInt(allowedCpus().replaceFirst("[,-].*", ""));
                pinned[0] = KERNEL.pinToCpu(cpu);
                allowed[0] = allowedCpus() + " wanted " + cpu;
            } catch (IOException e) {
                allowed[0] = e.toString();
            }
        });
        thread.start();
        thread.join();
        assertEquals(0, pinned[0]);
        assertTrue(allowed[0].matches("(\\d+) wanted \\1"), allowed[0]);
    }

    private static String allowedCpus() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/task/" + KERNEL.gettid() + "/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring("Cpus_allowed_list:".length()).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldNameErrors() {
        assertEquals("ENOENT", Errno.name(ENOENT));
        assertEquals("errno 999", Errno.name(999));
    }
}
