package io.dcp.ipc.kernel;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One thread's native memory for the arguments of a call; grows to the largest argument seen and is kept. */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final Region first = new Region(8192);
    final Region second = new Region(8192);
    final Region data = new Region(65536);

    static Scratch get() {
        return OF_THREAD.get();
    }

    /** A piece of native memory that holds one argument. */
    static final class Region {
        final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

        Region(int size) {
            allocate(size);
        }

        private void allocate(int size) {
            buffer.wrap(ByteBuffer.allocateDirect(size));
        }

        /** The address of at least {@code size} bytes; earlier contents are lost if it grows. */
        long room(int size) {
            if (size > buffer.capacity()) {
                allocate(Math.max(size, 2 * buffer.capacity()));
            }
            return buffer.addressOffset();
        }

        /** Copies a C string in. Returns its address, or 0 if it holds a NUL and would be cut there. */
        long string(byte[] bytes) {
            for (byte b : bytes) {
                if (b == 0) {
                    return 0;
                }
            }
            long address = room(bytes.length + 1);
            buffer.putBytes(0, bytes);
            buffer.putByte(bytes.length, (byte) 0);
            return address;
        }

        long bytes(byte[] bytes) {
            long address = room(bytes.length);
            buffer.putBytes(0, bytes);
            return address;
        }
    }
}
