package io.dcp.storage.tier;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Reads a buffer's remaining bytes; the buffer that is handed in stays as it is. */
final class ByteBufferInputStream extends InputStream {
    private final ByteBuffer data;

    ByteBufferInputStream(ByteBuffer data) {
        this.data = data.duplicate();
        this.data.mark();
    }

    @Override
    public int read() {
        return data.hasRemaining() ? data.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        int count = Math.min(length, data.remaining());
        if (count == 0) {
            return -1;
        }
        data.get(into, offset, count);
        return count;
    }

    @Override
    public long skip(long count) {
        int skipped = (int) Math.max(0, Math.min(count, data.remaining()));
        data.position(data.position() + skipped);
        return skipped;
    }

    @Override
    public int available() {
        return data.remaining();
    }

    @Override
    public boolean markSupported() {
        return true;
    }

    @Override
    public synchronized void mark(int readLimit) {
        data.mark();
    }

    @Override
    public synchronized void reset() {
        data.reset();
    }
}
