package io.dcp.storage.mirror;

import io.dcp.ipc.kernel.Kernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What the dynamic linker will look for when an ELF file is loaded (elf(5), ld.so(8)).
 *
 * @param interpreter path of the linker itself; empty for a library or a static program
 * @param runPath RUNPATH or RPATH, colon-separated, may hold $ORIGIN
 * @param libraries the NEEDED names; one with a slash is a path
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record ElfNeeds(byte[] interpreter, String runPath, List<String> libraries) {
    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_INTERP = 3;
    private static final int DT_NEEDED = 1;
    private static final int DT_STRTAB = 5;
    private static final int DT_RPATH = 15;
    private static final int DT_RUNPATH = 29;
    private static final int PROGRAM_HEADER_BYTES = 56;
    private static final int MAX_PART_BYTES = 1 << 20;

    /** Reads a 64-bit little-endian ELF file; null if it is none or is damaged. */
    static ElfNeeds read(Kernel kernel, int fd) {
        try {
            return parse(kernel, fd);
        } catch (RuntimeException e) {
            // A damaged file: the kernel or the linker will say so.
            return null;
        }
    }

    private static ElfNeeds parse(Kernel kernel, int fd) {
        ByteBuffer head = part(kernel, fd, 0, 64);
        if (head.get(4) != 2 || head.get(5) != 1) {
            return null;
        }
        int count = head.getShort(56) & 0xffff;
        ByteBuffer headers = part(kernel, fd, head.getLong(32), (long) count * PROGRAM_HEADER_BYTES);
        byte[] interpreter = {};
        ByteBuffer dynamic = ByteBuffer.allocate(0);
        for (int i = 0; i < count; i++) {
            int at = i * PROGRAM_HEADER_BYTES;
            int type = headers.getInt(at);
            if (type == PT_INTERP) {
                ByteBuffer text = part(kernel, fd, headers.getLong(at + 8), headers.getLong(at + 32));
                interpreter = Paths.bytes(string(text, 0));
            } else if (type == PT_DYNAMIC) {
                dynamic = part(kernel, fd, headers.getLong(at + 8), headers.getLong(at + 32));
            }
        }
        return dynamicNeeds(kernel, fd, interpreter, dynamic, headers, count);
    }

    private static ElfNeeds dynamicNeeds(
            Kernel kernel, int fd, byte[] interpreter, ByteBuffer dynamic, ByteBuffer headers, int count) {
        long strings = -1;
        List<Long> needed = new ArrayList<>();
        long runPath = -1;
        for (int at = 0; at + 16 <= dynamic.limit(); at += 16) {
            long tag = dynamic.getLong(at);
            long value = dynamic.getLong(at + 8);
            if (tag == DT_NEEDED) {
                needed.add(value);
            } else if (tag == DT_RUNPATH || (tag == DT_RPATH && runPath < 0)) {
                runPath = value;
            } else if (tag == DT_STRTAB) {
                strings = value;
            }
        }
        if (strings < 0) {
            return new ElfNeeds(interpreter, "", List.of());
        }
        ByteBuffer table = part(kernel, fd, fileOffset(headers, count, strings), MAX_PART_BYTES);
        List<String> libraries = new ArrayList<>();
        for (long offset : needed) {
            libraries.add(string(table, (int) offset));
        }
        return new ElfNeeds(interpreter, runPath < 0 ? "" : string(table, (int) runPath), libraries);
    }

    private static long fileOffset(ByteBuffer headers, int count, long address) {
        for (int i = 0; i < count; i++) {
            int at = i * PROGRAM_HEADER_BYTES;
            long start = headers.getLong(at + 16);
            if (headers.getInt(at) == PT_LOAD && address >= start && address < start + headers.getLong(at + 32)) {
                return address - start + headers.getLong(at + 8);
            }
        }
        return address;
    }

    private static ByteBuffer part(Kernel kernel, int fd, long offset, long length) {
        byte[] bytes = new byte[(int) Math.min(Math.max(length, 0), MAX_PART_BYTES)];
        long got = kernel.pread(fd, bytes, 0, bytes.length, offset);
        return ByteBuffer.wrap(bytes, 0, (int) Math.max(got, 0)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String string(ByteBuffer from, int offset) {
        int end = offset;
        while (end < from.limit() && from.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - offset];
        from.get(offset, bytes);
        return Paths.text(bytes);
    }
}
