package io.dcp.storage.metadata;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The program that {@link KillTest} kills: commits for ever, and tells each commit that has returned.
 *
 * <p>Batch {@code n} sets {@code last} and the entry of {@code n} to n, and removes the entry of {@code n - 2000}.
 */
final class KilledWriter {
    static final byte[] LAST = MetadataStoreContract.bytes("last");
    static final int KEPT = 2_000;

    private KilledWriter() {}

    public static void main(String[] arguments) throws IOException {
        JournaledStore store = JournaledStore.open(Path.of(arguments[0]), options());
        DataOutputStream acknowledged = new DataOutputStream(System.out);
        byte[] last = store.get(LAST);
        for (long n = last == null ? 1 : number(last) + 1; ; n++) {
            store.commit(
                    new WriteBatch().put(LAST, bytes(n)).put(key(n), bytes(n)).delete(key(n - KEPT)));
            acknowledged.writeLong(n);
            if (n % 100 == 0) {
                acknowledged.flush();
            }
            if (n % 1000 == 0) {
                store.sync();
            }
        }
    }

    /** Small, so that kills meet segments and checkpoints in every state. */
    static StoreOptions options() throws IOException {
        return new StoreOptions(
                16 << 10, 200_000, 1L << 30, StoreOptions.defaults().bootId());
    }

    static byte[] key(long n) {
        return ByteBuffer.allocate(9).put((byte) 'k').putLong(n).array();
    }

    static byte[] bytes(long n) {
        return ByteBuffer.allocate(Long.BYTES).putLong(n).array();
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
