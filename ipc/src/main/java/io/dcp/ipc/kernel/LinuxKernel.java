package io.dcp.ipc.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** {@link Kernel} by way of libc. */
final class LinuxKernel implements Kernel {
    static final LinuxKernel INSTANCE = new LinuxKernel();

    private static final int CLONE_FS = 0x200;
    private static final int OPEN_HOW_BYTES = 24;
    private static final int CAPABILITY_VERSION_3 = 0x20080522;

    /** CPUs that an affinity mask here can name. */
    private static final int CPUS = 1024;

    private final LibC libc;
    private final Runtime runtime;
    private volatile boolean lacksFchmodat2;

    private LinuxKernel() {
        if (!Machine.isKnown()) {
            throw new UnsupportedOperationException(
                    "no system call numbers for os.arch=" + System.getProperty("os.arch"));
        }
        libc = LibraryLoader.create(LibC.class).load("c");
        runtime = Runtime.getRuntime(libc);
    }

    private int failure() {
        return -LastError.getLastError(runtime);
    }

    private int result(int value) {
        return value >= 0 ? value : failure();
    }

    private long result(long value) {
        return value >= 0 ? value : failure();
    }

    @Override
    public int openat(int dir, byte[] path, int flags, int mode) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.openat(dir, p, flags, mode));
    }

    @Override
    public int openat2(int dir, byte[] path, int flags, int mode, int resolve) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        if (p == 0) {
            return -Errno.EINVAL;
        }
        long how = scratch.data.room(OPEN_HOW_BYTES);
        scratch.data.buffer.putLong(0, flags & 0xffff_ffffL);
        scratch.data.buffer.putLong(8, mode);
        scratch.data.buffer.putLong(16, resolve);
        return (int) result(libc.syscall(Machine.SYS_OPENAT2, dir, p, how, OPEN_HOW_BYTES));
    }

    @Override
    public int close(int fd) {
        return result(libc.close(fd));
    }

    @Override
    public int statx(int dir, byte[] path, int flags, int mask, Statx out) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        if (p == 0) {
            return -Errno.EINVAL;
        }
        int done = libc.statx(dir, p, flags, mask, scratch.data.room(Statx.SIZE_BYTES));
        if (done < 0) {
            return failure();
        }
        out.read(scratch.data.buffer, 0);
        return 0;
    }

    @Override
    public int mkdirat(int dir, byte[] path, int mode) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.mkdirat(dir, p, mode));
    }

    @Override
    public int mknodat(int dir, byte[] path, int mode, long device) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.mknodat(dir, p, mode, device));
    }

    @Override
    public int symlinkat(byte[] target, int dir, byte[] path) {
        Scratch scratch = Scratch.get();
        long t = scratch.first.string(target);
        long p = scratch.second.string(path);
        return t == 0 || p == 0 ? -Errno.EINVAL : result(libc.symlinkat(t, dir, p));
    }

    @Override
    public int linkat(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags) {
        Scratch scratch = Scratch.get();
        long o = scratch.first.string(oldPath);
        long n = scratch.second.string(newPath);
        return o == 0 || n == 0 ? -Errno.EINVAL : result(libc.linkat(oldDir, o, newDir, n, flags));
    }

    @Override
    public int unlinkat(int dir, byte[] path, int flags) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.unlinkat(dir, p, flags));
    }

    @Override
    public int renameat2(int oldDir, byte[] oldPath, int newDir, byte[] newPath, int flags) {
        Scratch scratch = Scratch.get();
        long o = scratch.first.string(oldPath);
        long n = scratch.second.string(newPath);
        return o == 0 || n == 0 ? -Errno.EINVAL : result(libc.renameat2(oldDir, o, newDir, n, flags));
    }

    @Override
    public int fchmodat(int dir, byte[] path, int mode) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.fchmodat(dir, p, mode, 0));
    }

    @Override
    public int fchmodat2(int dir, byte[] path, int mode, int flags) {
        if (flags == 0) {
            return fchmodat(dir, path, mode);
        }
        if (!lacksFchmodat2) {
            long p = Scratch.get().first.string(path);
            if (p == 0) {
                return -Errno.EINVAL;
            }
            int done = (int) result(libc.syscall(Machine.SYS_FCHMODAT2, dir, p, mode, flags));
            if (done != -Errno.ENOSYS) {
                return done;
            }
            lacksFchmodat2 = true;
        }
        return fchmodByDescriptor(dir, path, mode, flags);
    }

    /** What fchmodat2 does, for kernels without it. */
    int fchmodByDescriptor(int dir, byte[] path, int mode, int flags) {
        if ((flags & ~(Stat.AT_SYMLINK_NOFOLLOW | Stat.AT_EMPTY_PATH)) != 0) {
            return -Errno.EINVAL;
        }
        boolean itself = path.length == 0 && (flags & Stat.AT_EMPTY_PATH) != 0;
        int fd;
        if (itself && dir != Stat.AT_FDCWD) {
            fd = dir;
        } else {
            int noFollow = (flags & Stat.AT_SYMLINK_NOFOLLOW) != 0 ? OpenFlags.O_NOFOLLOW : 0;
            byte[] opened = itself ? new byte[] {'.'} : path;
            fd = openat(dir, opened, OpenFlags.O_PATH | OpenFlags.O_CLOEXEC | noFollow, 0);
            if (fd < 0) {
                return fd;
            }
        }
        byte[] link = ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
        int done = result(libc.chmod(Scratch.get().first.string(link), mode));
        if (fd != dir) {
            libc.close(fd);
        } else if (done == -Errno.ENOENT) {
            done = -Errno.EBADF;
        }
        return done;
    }

    @Override
    public int fchmod(int fd, int mode) {
        return result(libc.fchmod(fd, mode));
    }

    @Override
    public int fchownat(int dir, byte[] path, int uid, int gid, int flags) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.fchownat(dir, p, uid, gid, flags));
    }

    @Override
    public int utimensat(
            int dir, byte[] pathOrNull, long atimeSec, long atimeNs, long mtimeSec, long mtimeNs, int flags) {
        Scratch scratch = Scratch.get();
        long times = scratch.data.room(32);
        UnsafeBuffer buffer = scratch.data.buffer;
        buffer.putLong(0, atimeSec);
        buffer.putLong(8, atimeNs);
        buffer.putLong(16, mtimeSec);
        buffer.putLong(24, mtimeNs);
        if (pathOrNull == null) {
            return flags != 0 ? -Errno.EINVAL : result(libc.futimens(dir, times));
        }
        long p = scratch.first.string(pathOrNull);
        return p == 0 ? -Errno.EINVAL : result(libc.utimensat(dir, p, times, flags));
    }

    @Override
    public int ftruncate(int fd, long size) {
        return result(libc.ftruncate(fd, size));
    }

    @Override
    public int truncate(byte[] path, long size) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.truncate(p, size));
    }

    @Override
    public long readlinkat(int dir, byte[] path, byte[] into) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        if (p == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.readlinkat(dir, p, scratch.data.room(into.length), into.length), into);
    }

    private long copyOut(Scratch scratch, long count, byte[] into) {
        if (count < 0) {
            return failure();
        }
        if (into.length > 0) {
            scratch.data.buffer.getBytes(0, into, 0, (int) count);
        }
        return count;
    }

    @Override
    public int fsync(int fd) {
        return result(libc.fsync(fd));
    }

    @Override
    public int fdatasync(int fd) {
        return result(libc.fdatasync(fd));
    }

    @Override
    public int syncfs(int fd) {
        return result(libc.syncfs(fd));
    }

    @Override
    public int umask(int mask) {
        return libc.umask(mask);
    }

    @Override
    public int chdir(byte[] path) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.chdir(p));
    }

    @Override
    public int fchdir(int fd) {
        return result(libc.fchdir(fd));
    }

    @Override
    public int chroot(byte[] path) {
        long p = Scratch.get().first.string(path);
        return p == 0 ? -Errno.EINVAL : result(libc.chroot(p));
    }

    @Override
    public int unshareFs() {
        return result(libc.unshare(CLONE_FS));
    }

    @Override
    public int setxattr(byte[] path, byte[] name, byte[] value, int flags) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        long v = scratch.data.bytes(value);
        return p == 0 || n == 0 ? -Errno.EINVAL : result(libc.setxattr(p, n, v, value.length, flags));
    }

    @Override
    public int lsetxattr(byte[] path, byte[] name, byte[] value, int flags) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        long v = scratch.data.bytes(value);
        return p == 0 || n == 0 ? -Errno.EINVAL : result(libc.lsetxattr(p, n, v, value.length, flags));
    }

    @Override
    public int fsetxattr(int fd, byte[] name, byte[] value, int flags) {
        Scratch scratch = Scratch.get();
        long n = scratch.second.string(name);
        long v = scratch.data.bytes(value);
        return n == 0 ? -Errno.EINVAL : result(libc.fsetxattr(fd, n, v, value.length, flags));
    }

    @Override
    public int removexattr(byte[] path, byte[] name) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        return p == 0 || n == 0 ? -Errno.EINVAL : result(libc.removexattr(p, n));
    }

    @Override
    public int lremovexattr(byte[] path, byte[] name) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        return p == 0 || n == 0 ? -Errno.EINVAL : result(libc.lremovexattr(p, n));
    }

    @Override
    public int fremovexattr(int fd, byte[] name) {
        long n = Scratch.get().second.string(name);
        return n == 0 ? -Errno.EINVAL : result(libc.fremovexattr(fd, n));
    }

    @Override
    public long getxattr(byte[] path, byte[] name, byte[] into) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        if (p == 0 || n == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.getxattr(p, n, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long lgetxattr(byte[] path, byte[] name, byte[] into) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        long n = scratch.second.string(name);
        if (p == 0 || n == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.lgetxattr(p, n, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long fgetxattr(int fd, byte[] name, byte[] into) {
        Scratch scratch = Scratch.get();
        long n = scratch.second.string(name);
        if (n == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.fgetxattr(fd, n, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long listxattr(byte[] path, byte[] into) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        if (p == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.listxattr(p, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long llistxattr(byte[] path, byte[] into) {
        Scratch scratch = Scratch.get();
        long p = scratch.first.string(path);
        if (p == 0) {
            return -Errno.EINVAL;
        }
        return copyOut(scratch, libc.llistxattr(p, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long flistxattr(int fd, byte[] into) {
        Scratch scratch = Scratch.get();
        return copyOut(scratch, libc.flistxattr(fd, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public long pread(int fd, byte[] into, int offset, int length, long position) {
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        int done = 0;
        do {
            int piece = Math.min(length - done, buffer.capacity());
            long count = libc.pread(fd, buffer.addressOffset(), piece, position + done);
            if (count < 0) {
                return done > 0 ? done : failure();
            }
            buffer.getBytes(0, into, offset + done, (int) count);
            done += (int) count;
            if (count < piece) {
                break;
            }
        } while (done < length);
        return done;
    }

    @Override
    public long pread(int fd, ByteBuffer into, long position) {
        if (!into.isDirect()) {
            int at = into.position();
            long count = pread(fd, into.array(), into.arrayOffset() + at, into.remaining(), position);
            into.position(at + (int) Math.max(0, count));
            return count;
        }
        long address = BufferUtil.address(into) + into.position();
        long count = libc.pread(fd, address, into.remaining(), position);
        if (count < 0) {
            return failure();
        }
        into.position(into.position() + (int) count);
        return count;
    }

    @Override
    public long pwrite(int fd, byte[] from, int offset, int length, long position) {
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        int done = 0;
        do {
            int piece = Math.min(length - done, buffer.capacity());
            buffer.putBytes(0, from, offset + done, piece);
            long count = libc.pwrite(fd, buffer.addressOffset(), piece, position + done);
            if (count < 0) {
                return done > 0 ? done : failure();
            }
            done += (int) count;
            if (count == 0) {
                break;
            }
        } while (done < length);
        return done;
    }

    @Override
    public long pwrite(int fd, ByteBuffer from, long position) {
        if (!from.isDirect()) {
            int at = from.position();
            long count = pwrite(fd, from.array(), from.arrayOffset() + at, from.remaining(), position);
            from.position(at + (int) Math.max(0, count));
            return count;
        }
        long done = 0;
        while (from.hasRemaining()) {
            long address = BufferUtil.address(from) + from.position();
            long count = libc.pwrite(fd, address, from.remaining(), position + done);
            if (count < 0) {
                return done > 0 ? done : failure();
            }
            from.position(from.position() + (int) count);
            done += count;
        }
        return done;
    }

    @Override
    public long lseek(int fd, long offset, int whence) {
        return result(libc.lseek(fd, offset, whence));
    }

    @Override
    public int fallocate(int fd, int mode, long offset, long length) {
        return result(libc.fallocate(fd, mode, offset, length));
    }

    @Override
    public int fcntl(int fd, int command, long argument) {
        return result(libc.fcntl(fd, command, argument));
    }

    @Override
    public int fcntlSetLease(int fd, int type) {
        return fcntl(fd, OpenFlags.F_SETLEASE, type);
    }

    @Override
    public int getdents64(int fd, byte[] into) {
        Scratch scratch = Scratch.get();
        return (int) copyOut(scratch, libc.getdents64(fd, scratch.data.room(into.length), into.length), into);
    }

    @Override
    public StatFs fstatfs(int fd) {
        Scratch scratch = Scratch.get();
        if (libc.fstatfs(fd, scratch.data.room(256)) < 0) {
            return null;
        }
        UnsafeBuffer b = scratch.data.buffer;
        return new StatFs(
                b.getLong(0), b.getLong(8), b.getLong(16), b.getLong(24), b.getLong(32), b.getLong(40), b.getLong(48));
    }

    @Override
    public int setfsuid(int uid) {
        return libc.setfsuid(uid);
    }

    @Override
    public int setfsgid(int gid) {
        return libc.setfsgid(gid);
    }

    @Override
    public int setgroups(int[] groups) {
        Scratch.Region data = Scratch.get().data;
        long address = data.room(4 * groups.length);
        for (int i = 0; i < groups.length; i++) {
            data.buffer.putInt(4 * i, groups[i]);
        }
        return (int) result(libc.syscall(Machine.SYS_SETGROUPS, groups.length, address, 0, 0));
    }

    @Override
    public long effectiveCapabilities(int tid) {
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        long header = buffer.addressOffset();
        buffer.putInt(0, CAPABILITY_VERSION_3);
        buffer.putInt(4, tid);
        if (libc.capget(header, header + 8) < 0) {
            return failure();
        }
        return (buffer.getInt(8) & 0xffff_ffffL) | (buffer.getInt(20) & 0x7fff_ffffL) << 32;
    }

    @Override
    public int setEffectiveCapabilities(long mask) {
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        long header = buffer.addressOffset();
        long sets = header + 8;
        buffer.putInt(0, CAPABILITY_VERSION_3);
        buffer.putInt(4, 0);
        if (libc.capget(header, sets) < 0) {
            return failure();
        }
        // Two of { effective, permitted, inheritable }, the low half first.
        buffer.putInt(8, buffer.getInt(12) & (int) mask);
        buffer.putInt(20, buffer.getInt(24) & (int) (mask >>> 32));
        return result(libc.capset(header, sets));
    }

    @Override
    public int geteuid() {
        return libc.geteuid();
    }

    @Override
    public int getegid() {
        return libc.getegid();
    }

    @Override
    public int pinToCpu(int cpu) {
        return pinToCpus(cpu, CPUS);
    }

    @Override
    public int pinToCpus(int first, int stride) {
        if (first < 0 || first >= CPUS || stride <= 0) {
            return -Errno.EINVAL;
        }
        UnsafeBuffer buffer = Scratch.get().data.buffer;
        buffer.setMemory(0, CPUS / 8, (byte) 0);
        for (int cpu = first; cpu < CPUS; cpu += stride) {
            buffer.putByte(cpu / 8, (byte) (buffer.getByte(cpu / 8) | 1 << cpu % 8));
        }
        return result(libc.sched_setaffinity(0, CPUS / 8, buffer.addressOffset()));
    }

    @Override
    public int gettid() {
        return libc.gettid();
    }
}
