package io.dcp.storage.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dcp.ipc.channel.Attributes;
import io.dcp.ipc.channel.Caller;
import io.dcp.ipc.channel.FileCall;
import io.dcp.ipc.channel.Reply;
import io.dcp.ipc.kernel.Errno;
import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.wire.Operation;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * A program with the shim, as far as the agent can tell: one session, calls one after the other. Its process is this one.
 * Paths are relative to the tree's root; characters stand for bytes. Where nothing else is said, methods return 0 or a
 * positive errno.
 */
final class Program implements FileOperations {
    static final int DEADLINE_MILLIS = 20_000;

    private static final int UMASK = 022;
    private static final byte[] NOTHING = {};

    final Caller caller;
    private final MirrorFixture mirror;
    private final Kernel kernel = Kernel.system();
    private long requests;
    private FileCall last;

    Program(MirrorFixture mirror, Caller caller) {
        this.mirror = mirror;
        this.caller = caller;
    }

    /** A call while it is being put together. */
    private static final class Call {
        int flags;
        int mode;
        int directory = Stat.AT_FDCWD;
        int prepare;
        int uid;
        int gid;
        long cookie;
        long size;
        long mtimeSec;
        long mtimeNs;
        byte[] path = NOTHING;
        byte[] path2 = NOTHING;
        byte[] payload = NOTHING;
        int deadlineMillis = DEADLINE_MILLIS;

        FileCall of(long requestId, Operation operation) {
            return new FileCall(
                    requestId,
                    deadlineMillis,
                    operation,
                    UMASK,
                    flags,
                    mode,
                    prepare,
                    directory,
                    Stat.AT_FDCWD,
                    uid,
                    gid,
                    0,
                    0,
                    cookie,
                    size,
                    0,
                    Stat.UTIME_OMIT,
                    mtimeSec,
                    mtimeNs,
                    path,
                    path2,
                    payload);
        }
    }

    private Call on(String path) {
        Call call = new Call();
        call.path = absolute(path);
        return call;
    }

    byte[] absolute(String path) {
        return (path.startsWith("/") ? path : mirror.root + "/" + path).getBytes(StandardCharsets.ISO_8859_1);
    }

    private CompletableFuture<Reply> send(Operation operation, Call call) {
        last = call.of(++requests, operation);
        return mirror.send(caller, last);
    }

    private Reply ask(Operation operation, Call call) {
        return MirrorFixture.await(send(operation, call));
    }

    /** Asks the last call again, as after a lost answer. */
    Reply again() {
        return MirrorFixture.await(mirror.send(caller, last));
    }

    /** Whether the last call is one of those that are made once, also if they are asked twice. */
    boolean isRemembered() {
        return switch (last.operation()) {
            case MKDIR, MKNOD, SYMLINK, LINK, UNLINK, RENAME -> true;
            default -> false;
        };
    }

    /** The id of the last request. */
    long requestId() {
        return requests;
    }

    /** Takes an id for a request that is never made. */
    long nextRequestId() {
        return ++requests;
    }

    @Override
    public int mkdir(String path) {
        Call call = on(path);
        call.mode = 0777;
        return ask(Operation.MKDIR, call).errno();
    }

    @Override
    public int mknod(String path, int mode) {
        Call call = on(path);
        call.mode = mode;
        return ask(Operation.MKNOD, call).errno();
    }

    @Override
    public int symlink(String target, String path) {
        Call call = on(path);
        call.payload = Paths.bytes(target);
        return ask(Operation.SYMLINK, call).errno();
    }

    @Override
    public int link(String from, String to) {
        Call call = on(from);
        call.path2 = absolute(to);
        return ask(Operation.LINK, call).errno();
    }

    /** Gives a name to a file by its descriptor, as {@code linkat(fd, "", ..., AT_EMPTY_PATH)} does. */
    int linkDescriptor(int fd, String to) {
        Call call = new Call();
        call.directory = fd;
        call.path2 = absolute(to);
        call.flags = Stat.AT_EMPTY_PATH;
        return ask(Operation.LINK, call).errno();
    }

    @Override
    public int unlink(String path) {
        return ask(Operation.UNLINK, on(path)).errno();
    }

    @Override
    public int rmdir(String path) {
        Call call = on(path);
        call.flags = Stat.AT_REMOVEDIR;
        return ask(Operation.UNLINK, call).errno();
    }

    int rename(String from, String to) {
        return rename(from, to, 0);
    }

    @Override
    public int rename(String from, String to, int flags) {
        Call call = on(from);
        call.path2 = absolute(to);
        call.flags = flags;
        return ask(Operation.RENAME, call).errno();
    }

    @Override
    public int chmod(String path, int mode) {
        Call call = on(path);
        call.mode = mode;
        return ask(Operation.CHMOD, call).errno();
    }

    int chown(String path, int uid, int gid) {
        Call call = on(path);
        call.uid = uid;
        call.gid = gid;
        return ask(Operation.CHOWN, call).errno();
    }

    @Override
    public int setMtime(String path, long seconds, int nanos) {
        Call call = on(path);
        call.mtimeSec = seconds;
        call.mtimeNs = nanos;
        return ask(Operation.UTIMENS, call).errno();
    }

    @Override
    public int truncate(String path, long size) {
        Call call = on(path);
        call.size = size;
        return ask(Operation.TRUNCATE, call).errno();
    }

    @Override
    public int setxattr(String path, String name, String value) {
        Call call = on(path);
        call.path2 = Paths.bytes(name);
        call.payload = Paths.bytes(value);
        return ask(Operation.SETXATTR, call).errno();
    }

    /** With XATTR_CREATE. */
    int createXattr(String path, String name, String value) {
        Call call = on(path);
        call.path2 = Paths.bytes(name);
        call.payload = Paths.bytes(value);
        call.flags = 1;
        return ask(Operation.SETXATTR, call).errno();
    }

    @Override
    public int removexattr(String path, String name) {
        Call call = on(path);
        call.path2 = Paths.bytes(name);
        return ask(Operation.REMOVEXATTR, call).errno();
    }

    int adopt(String path) {
        return ask(Operation.ADOPT, on(path)).errno();
    }

    /** Says that attributes were changed natively by way of a descriptor. */
    int changed(int fd) {
        Call call = new Call();
        call.directory = fd;
        return ask(Operation.CHANGED, call).errno();
    }

    int room() {
        return ask(Operation.ROOM, new Call()).errno();
    }

    CompletableFuture<Reply> sendRoom() {
        return send(Operation.ROOM, new Call());
    }

    int prepare(String path, int what) {
        Call call = on(path);
        call.prepare = what;
        return ask(Operation.PREPARE, call).errno();
    }

    /** A link's attributes are its own. */
    Reply statReply(String path) {
        Call call = on(path);
        call.flags = Stat.AT_SYMLINK_NOFOLLOW;
        return ask(Operation.STAT, call);
    }

    Attributes stat(String path) {
        Reply reply = statReply(path);
        assertEquals(0, reply.errno(), () -> "stat " + path + ": " + Errno.name(reply.errno()));
        assertTrue(reply.attributes() != null, () -> "stat " + path + " was left to the program");
        return reply.attributes();
    }

    Reply identifyReply(int directory) {
        Call call = new Call();
        call.directory = directory;
        return ask(Operation.IDENTIFY, call);
    }

    Reply openReplyAt(int directory, String path) {
        Call call = new Call();
        call.directory = directory;
        call.path = Paths.bytes(path);
        return ask(Operation.OPEN, call);
    }

    Attributes fstat(int fd) {
        Call call = new Call();
        call.directory = fd;
        return ask(Operation.IDENTIFY, call).attributes();
    }

    Reply openReply(String path, int flags) {
        return MirrorFixture.await(sendOpen(path, flags, DEADLINE_MILLIS));
    }

    Reply openReply(String path, int flags, int mode) {
        Call call = on(path);
        call.flags = flags;
        call.mode = mode;
        return MirrorFixture.await(send(Operation.OPEN, call));
    }

    CompletableFuture<Reply> sendOpen(String path, int flags, int deadlineMillis) {
        Call call = on(path);
        call.flags = flags;
        call.mode = 0666;
        call.deadlineMillis = deadlineMillis;
        return send(Operation.OPEN, call);
    }

    /** A descriptor, or a negative errno. */
    int open(String path, int flags) {
        Reply reply = openReply(path, flags);
        if (reply.nativeCall()) {
            return kernel.openat(Stat.AT_FDCWD, absolute(path), flags, 0666 & ~UMASK);
        }
        return reply.errno() != 0 ? -reply.errno() : reply.descriptor();
    }

    /** Opens a path that is relative to a directory's descriptor. */
    int openAt(int directory, String path, int flags) {
        Call call = new Call();
        call.directory = directory;
        call.path = Paths.bytes(path);
        call.flags = flags;
        Reply reply = ask(Operation.OPEN, call);
        return reply.errno() != 0 ? -reply.errno() : reply.descriptor();
    }

    int close(int fd) {
        return -kernel.close(fd);
    }

    /** Makes a file, or empties and fills it; 0 or a positive errno. */
    int write(String path, byte[] contents) {
        return write(path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, 0, contents);
    }

    int write(String path, String contents) {
        return write(path, Paths.bytes(contents));
    }

    @Override
    public int write(String path, int flags, long at, byte[] contents) {
        int fd = open(path, flags);
        if (fd < 0) {
            return -fd;
        }
        long written = kernel.pwrite(fd, contents, 0, contents.length, at);
        close(fd);
        return written < 0 ? (int) -written : 0;
    }

    byte[] read(String path) {
        int fd = open(path, OpenFlags.O_RDONLY);
        assertTrue(fd >= 0, () -> "open " + path + ": " + Errno.name(-fd));
        byte[] contents = readAll(fd);
        close(fd);
        return contents;
    }

    String text(String path) {
        return Paths.text(read(path));
    }

    private byte[] readAll(int fd) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        for (long length, at = 0; (length = kernel.pread(fd, part, 0, part.length, at)) > 0; at += length) {
            all.write(part, 0, (int) length);
        }
        return all.toByteArray();
    }

    /** One entry of a directory. */
    record Listed(String name, long ino, int type, long cookie) {}

    /** The next entries after a cookie, in their order. */
    Reply readdir(int fd, long cookie, int size) {
        Call call = new Call();
        call.directory = fd;
        call.cookie = cookie;
        call.size = size;
        return ask(Operation.READDIR, call);
    }

    static Map<String, Listed> entries(Reply reply) {
        return entries(reply.payload());
    }

    /** What is in the form of getdents64(2). */
    static Map<String, Listed> entries(byte[] bytes) {
        Map<String, Listed> entries = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += in.getShort(at + 16)) {
            int end = at + 19;
            while (bytes[end] != 0) {
                end++;
            }
            String name = Paths.text(Arrays.copyOfRange(bytes, at + 19, end));
            Listed before = entries.put(name, new Listed(name, in.getLong(at), bytes[at + 18], in.getLong(at + 8)));
            assertTrue(before == null, () -> "listed twice: " + name);
        }
        return entries;
    }

    /** All entries of a directory but the dots, in parts of a buffer's size. */
    Map<String, Listed> list(String path, int size) {
        int fd = open(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        assertTrue(fd >= 0, () -> "open " + path + ": " + Errno.name(-fd));
        Map<String, Listed> all = new LinkedHashMap<>();
        long cookie = 0;
        while (true) {
            Reply reply = readdir(fd, cookie, size);
            assertEquals(0, reply.errno());
            Map<String, Listed> part = entries(reply);
            if (part.isEmpty()) {
                break;
            }
            for (Listed entry : part.values()) {
                assertTrue(all.put(entry.name(), entry) == null, () -> "listed twice: " + entry.name());
                cookie = entry.cookie();
            }
        }
        close(fd);
        assertTrue(all.remove(".") != null && all.remove("..") != null, "no dots");
        return all;
    }

    Map<String, Listed> list(String path) {
        return list(path, 32_768);
    }

    @Override
    public SortedMap<String, String> everything() {
        SortedMap<String, String> all = new TreeMap<>();
        visit("", (path, attributes) -> {
            byte[] contents = Stat.isRegular(attributes.mode()) ? read(path) : NOTHING;
            long size = Stat.isDirectory(attributes.mode()) ? 0 : attributes.sizeBytes();
            all.put(path, NativeFiles.describe(attributes.mode(), attributes.nlink(), size, contents, absolute(path)));
        });
        return all;
    }

    /** What stays the same while nobody changes anything, whatever happens to agent and mirror. */
    SortedMap<String, String> attributes() {
        SortedMap<String, String> all = new TreeMap<>();
        visit(
                "",
                (path, a) -> all.put(
                        path,
                        a.ino() + " dev=" + a.dev() + " mode=" + Integer.toOctalString(a.mode()) + " nlink=" + a.nlink()
                                + " owner=" + a.uid() + ":" + a.gid() + " rdev=" + a.rdev()
                                + (Stat.isDirectory(a.mode()) ? "" : " size=" + a.sizeBytes())
                                + " mtime=" + a.mtimeSec() + "." + a.mtimeNs() + " ctime=" + a.ctimeSec() + "."
                                + a.ctimeNs()
                                + " btime=" + a.btimeSec() + "." + a.btimeNs()));
        return all;
    }

    private void visit(String directory, BiConsumer<String, Attributes> visitor) {
        list(directory).forEach((name, entry) -> {
            String path = directory.isEmpty() ? name : directory + "/" + name;
            Attributes attributes = stat(path);
            assertEquals(entry.ino(), attributes.ino(), () -> "listed with another number: " + path);
            assertEquals(
                    (attributes.mode() & Stat.S_IFMT) >> 12, entry.type(), () -> "listed as another type: " + path);
            visitor.accept(path, attributes);
            if (Stat.isDirectory(attributes.mode())) {
                visit(path, visitor);
            }
        });
    }
}
