package io.dcp.oss.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class IdleTrimTest {
    private static final long MIB = 1 << 20;

    private final FakeMemory memory = new FakeMemory();
    private final IdleTrim trim = new IdleTrim(memory);

    private void lookAt(long usedMib, long heldMib) {
        memory.usedBytes = usedMib * MIB;
        memory.heldBytes = heldMib * MIB;
        trim.look();
    }

    @Test
    void shouldReleaseOnceWhenQuiet() {
        lookAt(30, 60);
        assertEquals(0, memory.releases, "one look tells nothing");
        lookAt(30, 60);
        assertEquals(1, memory.releases);
        trim.look();
        trim.look();
        assertEquals(1, memory.releases, "nothing has grown since");
    }

    @Test
    void shouldNotDisturbWhoWorks() {
        for (long used : new long[] {10, 20, 35, 12, 30}) {
            lookAt(used, 60);
        }
        assertEquals(0, memory.releases);
    }

    @Test
    void shouldReleaseAgainAfterMoreWork() {
        lookAt(30, 60);
        lookAt(30, 60);
        lookAt(50, 100);
        lookAt(50, 100);
        assertEquals(2, memory.releases);
    }

    private static final class FakeMemory implements IdleTrim.Memory {
        long usedBytes;
        long heldBytes;
        int releases;

        @Override
        public long usedBytes() {
            return usedBytes;
        }

        @Override
        public long heldBytes() {
            return heldBytes;
        }

        @Override
        public void release() {
            releases++;
            usedBytes = 10 * MIB;
            heldBytes = 20 * MIB;
        }
    }
}
