package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import io.dcp.ipc.kernel.OpenFlags;
import io.dcp.ipc.kernel.Stat;
import io.dcp.ipc.kernel.Statx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The kernel's own files in a directory, to compare with. */
final class NativeFiles implements FileOperations {
    private final Kernel kernel = Kernel.system();
    private final Path root;

    NativeFiles(Path root) {
        this.root = root;
    }

    private byte[] at(String path) {
        return (root + "/" + path).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int mkdir(String path) {
        return -kernel.mkdirat(Stat.AT_FDCWD, at(path), 0755);
    }

    @Override
    public int mknod(String path, int mode) {
        return -kernel.mknodat(Stat.AT_FDCWD, at(path), mode & ~022, 0);
    }

    @Override
    public int symlink(String target, String path) {
        return -kernel.symlinkat(Paths.bytes(target), Stat.AT_FDCWD, at(path));
    }

    @Override
    public int link(String from, String to) {
        return -kernel.linkat(Stat.AT_FDCWD, at(from), Stat.AT_FDCWD, at(to), 0);
    }

    @Override
    public int unlink(String path) {
        return -kernel.unlinkat(Stat.AT_FDCWD, at(path), 0);
    }

    @Override
    public int rmdir(String path) {
        return -kernel.unlinkat(Stat.AT_FDCWD, at(path), Stat.AT_REMOVEDIR);
    }

    @Override
    public int rename(String from, String to, int flags) {
        return -kernel.renameat2(Stat.AT_FDCWD, at(from), Stat.AT_FDCWD, at(to), flags);
    }

    @Override
    public int chmod(String path, int mode) {
        return -kernel.fchmodat(Stat.AT_FDCWD, at(path), mode);
    }

    @Override
    public int setMtime(String path, long seconds, int nanos) {
        return -kernel.utimensat(Stat.AT_FDCWD, at(path), 0, Stat.UTIME_OMIT, seconds, nanos, 0);
    }

    @Override
    public int truncate(String path, long size) {
        return -kernel.truncate(at(path), size);
    }

    @Override
    public int setxattr(String path, String name, String value) {
        return -kernel.setxattr(at(path), Paths.bytes(name), Paths.bytes(value), 0);
    }

    @Override
    public int removexattr(String path, String name) {
        return -kernel.removexattr(at(path), Paths.bytes(name));
    }

    @Override
    public int write(String path, int flags, long at, byte[] contents) {
        int fd = kernel.openat(Stat.AT_FDCWD, at(path), flags, 0644);
        if (fd < 0) {
            return -fd;
        }
        long written = kernel.pwrite(fd, contents, 0, contents.length, at);
        kernel.close(fd);
        return written < 0 ? (int) -written : 0;
    }

    @Override
    public SortedMap<String, String> everything() {
        SortedMap<String, String> all = new TreeMap<>();
        visit("", all);
        return all;
    }

    private void visit(String directory, SortedMap<String, String> all) {
        for (String name : names(directory)) {
            String path = directory.isEmpty() ? name : directory + "/" + name;
            Statx st = new Statx();
            kernel.statx(Stat.AT_FDCWD, at(path), Stat.AT_SYMLINK_NOFOLLOW, Stat.STATX_BASIC_STATS, st);
            byte[] contents = Stat.isRegular(st.mode()) ? read(path, (int) st.size()) : Paths.EMPTY;
            long size = Stat.isDirectory(st.mode()) ? 0 : st.size();
            all.put(path, describe(st.mode(), st.nlink(), size, contents, at(path)));
            if (Stat.isDirectory(st.mode())) {
                visit(path, all);
            }
        }
    }

    private byte[] read(String path, int size) {
        byte[] contents = new byte[size];
        int fd = kernel.openat(Stat.AT_FDCWD, at(path), OpenFlags.O_RDONLY, 0);
        kernel.pread(fd, contents, 0, size, 0);
        kernel.close(fd);
        return contents;
    }

    private List<String> names(String directory) {
        int fd = kernel.openat(Stat.AT_FDCWD, at(directory), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0);
        List<String> names = new ArrayList<>();
        byte[] buffer = new byte[1 << 15];
        for (int length; (length = kernel.getdents64(fd, buffer)) > 0; ) {
            names.addAll(Program.entries(Arrays.copyOf(buffer, length)).keySet());
        }
        kernel.close(fd);
        names.removeAll(List.of(".", ".."));
        return names;
    }

    /** The same words for both sides. What a link says and the extended attributes are asked of the kernel. */
    static String describe(int mode, int nlink, long size, byte[] contents, byte[] path) {
        Kernel kernel = Kernel.system();
        byte[] target = new byte[4096];
        long length = kernel.readlinkat(Stat.AT_FDCWD, path, target);
        byte[] value = new byte[256];
        long valueLength = Stat.isSymlink(mode) ? -1 : kernel.lgetxattr(path, Paths.bytes("user.test"), value);
        return "mode=" + Integer.toOctalString(mode) + " nlink=" + nlink + " size=" + size + " contents="
                + contents.length + "/" + Arrays.hashCode(contents)
                + (length >= 0 ? " -> " + Paths.text(Arrays.copyOf(target, (int) length)) : "")
                + (valueLength >= 0 ? " user.test=" + Paths.text(Arrays.copyOf(value, (int) valueLength)) : "");
    }
}
